import {
  runIdSchema,
  sourceIdSchema,
  workspaceIdSchema,
  type IngestPort,
  type Json,
  type QuarantineStore,
  type QuarantinedRecord,
  type RunContext,
} from '@kohort/kernel-contracts';
import { replayQuarantine } from './replay-quarantine.flow';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const runId = runIdSchema.parse('00000000-0000-4000-8000-000000000003');
const sourceId = sourceIdSchema.parse('00000000-0000-4000-8000-000000000002');

function itemOf(n: number): QuarantinedRecord {
  const item = { type: 'track', event: 'E', userId: 'u', messageId: `m${n}`, context: { own: n } };
  const payload = JSON.stringify({
    item,
    sentAt: '2026-01-01T00:00:00Z',
    context: { own: -1, app: 'x' },
    integrations: {},
  });
  return {
    ...{
      id: `id${String(n).padStart(4, '0')}`,
      sourceId,
      receivedAt: 1_000 * Math.floor(n / 3),
      verdict: 'quarantined',
    },
    ...{ code: 'plan_wrong_type', field: '', payload, event: 'E', planId: null, planVersion: null, violations: [] },
  };
}

/** A quarantine and a door in memory; the door stores each id once and dies where it is told to. */
function world(count: number) {
  const kept = new Map(Array.from({ length: count }, (_, n) => [`id${String(n).padStart(4, '0')}`, itemOf(n)]));
  const stored = new Map<string, number>();
  const state = { checkpoint: null as Json, calls: 0, dieAt: Infinity, blocks: false };
  const progress: number[] = [];
  const ids = (): string[] => [...kept.keys()].sort();
  const quarantine: QuarantineStore = {
    now: async () => 5,
    count: async () => kept.size,
    page: async (_workspace, _filter, { after, limit }) => {
      const some = ids()
        .filter((id) => after === null || id > after)
        .slice(0, limit);
      return { items: some.flatMap((id) => kept.get(id) ?? []), after: some.at(-1) ?? after };
    },
    forget: async (_workspace, gone) => gone.forEach((id) => kept.delete(id)),
    sweep: async () => 0,
    saveCheckpoint: async (_fence, checkpoint) => void (state.checkpoint = checkpoint),
  };
  const accepted: { readonly items: readonly Json[]; readonly receivedAt: number }[] = [];
  const ingest: IngestPort = {
    async accept(_origin, items, { receivedAt }) {
      state.calls += 1;
      accepted.push({ items, receivedAt });
      const verdicts = items.map((item, index) => {
        const messageId = (item as { messageId: string }).messageId;
        const outcome = state.blocks
          ? ('quarantined' as const)
          : stored.has(messageId)
            ? ('duplicate' as const)
            : ('stored' as const);
        if (!state.blocks) stored.set(messageId, (stored.get(messageId) ?? 0) + (outcome === 'stored' ? 1 : 0));
        return { index, outcome, messageId, reason: null };
      });
      // The worst moment: it is committed, and nobody has heard of it.
      if (state.calls === state.dieAt) throw new TypeError('killed');
      return verdicts;
    },
  };
  const run = (signal = new AbortController().signal) => {
    const context = {
      run: { checkpoint: state.checkpoint },
      ...{ fence: { workspaceId, runId, fence: 1 }, signal },
      onProgress: ({ done }: { done: number }) => void progress.push(done),
    } as unknown as RunContext;
    return replayQuarantine({ quarantine, ingest, preview: ingest }, context, { filter: {} });
  };
  return { kept, stored, state, accepted, progress, run };
}

describe('a replay of quarantine', () => {
  it('sends each item with its own receipt, and what its call said beneath what it says itself', async () => {
    const { accepted, run, kept, progress } = world(7);
    expect(await run()).toMatchObject({ items: 7, stored: 7, lost: 0 });
    expect(accepted.map(({ items, receivedAt }) => [items.length, receivedAt])).toEqual([
      [3, 0],
      [3, 1_000],
      [1, 2_000],
    ]);
    expect(accepted[0]?.items[1]).toMatchObject({
      ...{ messageId: 'm1', sentAt: '2026-01-01T00:00:00Z', context: { own: 1, app: 'x' } },
    });
    expect(kept.size).toBe(0);
    expect(progress).toEqual([3, 6, 7]);
  });

  it.each([1, 70, 134])('killed at call %d it goes on, and stores nothing twice', async (dieAt) => {
    const { state, stored, kept, run } = world(500);
    state.dieAt = dieAt;
    await expect(run()).rejects.toThrow('killed');
    expect(await run()).toMatchObject({ lost: 0, rejected: 0 });
    expect(kept.size).toBe(0);
    expect(stored.size).toBe(500);
    expect(new Set(stored.values())).toEqual(new Set([1]));
  });

  it('stops when it is cancelled, and leaves what it did not reach', async () => {
    const { run, kept, state } = world(300);
    const controller = new AbortController();
    state.dieAt = Infinity;
    const running = run(controller.signal);
    controller.abort();
    await expect(running).rejects.toThrow();
    expect(kept.size).toBeGreaterThan(0);
    expect(await run()).toMatchObject({ lost: 0 });
    expect(kept.size).toBe(0);
  });

  it('keeps an item whose content is gone, and says so', async () => {
    const { run, kept } = world(4);
    kept.set('id0002', { ...itemOf(2), payload: null });
    expect(await run()).toMatchObject({ items: 4, stored: 3, lost: 1 });
    expect([...kept.keys()]).toEqual(['id0002']);
  });
});
