import { seededRandom } from '@kohort/kernel-clock-random';
import type { Deliverer } from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { faults } from '@kohort/plugin-kit-testkit';
import { releaseHeldRun, resumeDestination } from '@kohort/sync-flow';
import { SyncWorld } from './sync-world';

let db: TestDatabase;
const worlds: SyncWorld[] = [];
const newWorld = async (settings = {}): Promise<SyncWorld> => {
  const world = await SyncWorld.create(db, settings);
  worlds.push(world);
  return world;
};
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(async () => {
  for (const world of worlds) await world.close();
  await db.stop();
});

describe('when the destination is not well', () => {
  it('one bad record among 1,000 is found in 15 calls, shown, and tried again by the next run', async () => {
    const world = await newWorld();
    const people = await world.addPeople(1_000);
    const bad = people[613]!;
    world.receiver.refused.add(bad);
    await world.turn(people, true);
    const first = await world.runOnce();
    expect(first).toMatchObject({ status: 'partial', funnel: { segment: 1_000, accepted: 999, rejected: 1 } });
    expect(world.shop.calls.length).toBeLessThanOrEqual(15);
    expect(await world.states()).toEqual({ clean: 999, rejected: 1 });
    const records = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('sync_record').select(['profile_id', 'fate', 'code']).where('fate', '<>', 'accepted').execute(),
    );
    expect(records).toEqual([{ profile_id: bad, fate: 'rejected', code: 'HTTP_400' }]);
    world.receiver.refused.clear();
    await world.turn(await world.addPeople(1), true);
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded', funnel: { segment: 2, accepted: 2 } });
    expect(world.held()).toEqual(world.desired());
  });

  it('waits as it is told, in a run of its own, and uses up no try', async () => {
    const world = await newWorld();
    await world.turn(await world.addPeople(10), true);
    world.shop.script(faults.tooMany('120'));
    const first = await world.runOnce();
    expect(first).toMatchObject({ status: 'failed', funnel: { accepted: 0 } });
    const due = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('task').select(['due_at', 'entity']).where('entity', '=', String(first['next'])).execute(),
    );
    expect(due).toEqual([{ entity: first['next'], due_at: new Date(world.clock.now() + 120_000) }]);
    const attempts = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('sync_member').select('attempts').distinct().execute(),
    );
    expect(attempts).toEqual([{ attempts: 0 }]);
    world.clock.advance(120_000);
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded' });
  });

  it('converges through every fault', async () => {
    const world = await newWorld({ maxMembers: 20 });
    const people = await world.addPeople(300);
    await world.turn(people, true);
    const random = seededRandom(12);
    const kinds = [
      faults.eatenReply,
      faults.reset,
      faults.status(503),
      faults.tooMany('1'),
      faults.malformed,
      faults.htmlPage(),
      faults.ok,
      faults.ok,
    ];
    for (let round = 0; round < 6; round += 1) {
      world.shop.script(...Array.from({ length: 6 }, () => kinds[random.int(kinds.length)] ?? faults.ok));
      await world.runOnce();
      world.clock.advance(60_000);
      const left = people.filter(() => random.int(12) === 0);
      const inside = new Set(world.desired());
      await world.turn(
        left.filter((id) => inside.has(id)),
        false,
      );
      await world.turn(
        left.filter((id) => !inside.has(id)),
        true,
      );
    }
    world.shop.script(...Array.from({ length: 40 }, () => faults.ok));
    await world.drain();
    expect(world.held()).toEqual(world.desired());
    expect(Object.keys(await world.states())).toEqual(['clean']);
  });

  it('leaves a destination alone after three failed pages, and drains when it is back', async () => {
    const world = await newWorld({ maxMembers: 5 });
    const slow: Deliverer = {
      ...world.ports.deliverer,
      plan: (destination, mapping) => ({ ...world.ports.deliverer.plan(destination, mapping), pageMembers: 5 }),
    };
    await world.turn(await world.addPeople(100), true);
    world.shop.script(...Array.from({ length: 9 }, () => faults.status(500)));
    expect(await world.runOnce(slow)).toMatchObject({ status: 'failed', funnel: { requests: 3 } });
    expect(world.shop.calls.length).toBe(3);
    world.clock.advance(900_000);
    await world.drain();
    expect(world.shop.calls.length).toBeLessThanOrEqual(9 + 25);
    expect(world.held()).toEqual(world.desired());
  });

  it('410 pauses it; changes go on adding up, and a person lets it go on', async () => {
    const world = await newWorld();
    const people = await world.addPeople(12);
    await world.turn(people.slice(0, 10), true);
    world.shop.script(faults.status(410));
    expect(await world.runOnce()).toMatchObject({ status: 'failed', next: null });
    expect((await world.turn(people.slice(10), true)).created).toBe(0);
    expect(await world.openRuns()).toEqual([]);
    expect(
      await resumeDestination(world.ports, { workspaceId: world.workspaceId, destinationId: world.ids.destinationId }),
    ).toEqual({ runs: 1 });
    world.clock.advance(5_000);
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded', funnel: { accepted: 12 } });
  });

  it('settings that cannot be used pause it and lose nothing', async () => {
    const world = await newWorld({ secret: 'whsec_short' });
    await world.turn(await world.addPeople(3), true);
    expect(await world.runOnce()).toMatchObject({
      status: 'failed',
      funnel: { reasons: { PLUGIN_SETTINGS_INVALID: 3 } },
    });
    expect(await world.states()).toEqual({ owed: 3 });
    expect(world.shop.calls.length).toBe(0);
  });
});

describe('the guard', () => {
  it('holds a run that would remove more than 30 %, sends no removal, and lets it pass when released', async () => {
    const world = await newWorld();
    const people = await world.addPeople(100);
    await world.turn(people, true);
    await world.runOnce();
    await world.turn(people.slice(0, 31), false);
    const held = await world.runOnce();
    expect(held).toMatchObject({ status: 'held', reason: 'it would remove 31 of 100 people (31 %)' });
    expect(world.receiver.operations.filter((one) => one.action === 'remove')).toEqual([]);
    const [run] = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('sync_run').select(['id', 'held_reason']).where('status', '=', 'held').execute(),
    );
    expect(run).toEqual({ id: held['runId'], held_reason: held['reason'] });

    const { runId } = await releaseHeldRun(world.ports, {
      workspaceId: world.workspaceId,
      runId: held['runId'] as never,
    });
    expect((await world.openRuns()).map((open) => open.id)).toEqual([runId]);
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded', funnel: { removes: 31 } });
    expect(world.held()).toEqual(world.desired());
    await expect(
      releaseHeldRun(world.ports, { workspaceId: world.workspaceId, runId: held['runId'] as never }),
    ).rejects.toMatchObject({ code: 'SYNC_RUN_NOT_HELD' });
  });

  it('an empty upstream removes nobody', async () => {
    const world = await newWorld();
    const people = await world.addPeople(40);
    await world.turn(people, true);
    await world.runOnce();
    await world.turn(people, false);
    expect(await world.runOnce()).toMatchObject({ status: 'held', reason: 'it would empty the audience of 40' });
    expect(world.receiver.held.size).toBe(40);
    // The upstream is back: a new run finds nothing to do and takes the held one's place.
    await world.turn(people, true);
    await world.turn(await world.addPeople(1), true);
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded', funnel: { adds: 1, removes: 0 } });
    const left = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('sync_run').select('status').where('status', '=', 'held').execute(),
    );
    expect(left).toEqual([]);
  });

  it('lets 30 % pass', async () => {
    const world = await newWorld();
    const people = await world.addPeople(100);
    await world.turn(people, true);
    await world.runOnce();
    await world.turn(people.slice(0, 30), false);
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded', funnel: { removes: 30 } });
  });
});
