import { manualClock } from '@kohort/kernel-clock-random';
import { sourceIdSchema, workspaceIdSchema, type PlanInForce } from '@kohort/kernel-contracts';
import { planGate } from './plan-gate';

const origin = {
  workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  sourceId: sourceIdSchema.parse('00000000-0000-4000-8000-000000000002'),
};
const blocking = (planId: string): PlanInForce => ({
  ...{ planId, planVersion: 1 },
  document: { name: 'n', unplannedEvents: 'block', actions: {}, events: {} },
});
const message = { type: 'track' as const, name: 'X', properties: {}, traits: {} };

function world(plan: PlanInForce | null) {
  const state = { plan, looks: 0, documents: 0, isAway: false };
  const clock = manualClock(1_000_000);
  const gate = planGate({
    clock,
    store: {
      async inForce(_origin, known) {
        state.looks += 1;
        await Promise.resolve();
        if (state.isAway) throw new TypeError('away');
        if (known !== undefined && (state.plan?.planId ?? null) === known) return { same: true };
        state.documents += 1;
        return { same: false, plan: state.plan };
      },
    },
  });
  const verdict = async () => (await gate.checkOf(origin))?.(message)?.action ?? null;
  return { state, clock, gate, verdict };
}

describe('the plans at the door', () => {
  it('are looked up once in five seconds, and read only when another one is in force', async () => {
    const { state, clock, verdict } = world(blocking('p1'));
    expect(await Promise.all(Array.from({ length: 50 }, verdict))).toEqual(Array(50).fill('block'));
    expect(state).toMatchObject({ looks: 1, documents: 1 });
    clock.advance(4_999);
    await verdict();
    expect(state.looks).toBe(1);
    clock.advance(1);
    await Promise.all(Array.from({ length: 50 }, verdict));
    expect(state).toMatchObject({ looks: 2, documents: 1 });
    state.plan = null;
    clock.advance(5_000);
    expect(await verdict()).toBeNull();
  });

  it('come into force within five seconds of an approval', async () => {
    const { state, clock, verdict } = world(null);
    expect(await verdict()).toBeNull();
    state.plan = blocking('p2');
    clock.advance(5_000);
    expect(await verdict()).toBe('block');
  });

  it('go on as they were while the database is away, and are not made up when nothing is known', async () => {
    const { state, clock, verdict } = world(blocking('p1'));
    expect(await verdict()).toBe('block');
    state.isAway = true;
    clock.advance(60_000);
    expect(await verdict()).toBe('block');
    expect(await verdict()).toBe('block');
    expect(state.looks).toBe(2);
    state.isAway = false;
    state.plan = null;
    clock.advance(5_000);
    expect(await verdict()).toBeNull();
    const fresh = world(null);
    fresh.state.isAway = true;
    await expect(fresh.verdict()).rejects.toThrow('away');
    fresh.state.isAway = false;
    expect(await fresh.verdict()).toBeNull();
  });
});
