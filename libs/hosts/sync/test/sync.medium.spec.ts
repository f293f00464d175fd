import { seededRandom } from '@kohort/kernel-clock-random';
import type { Deliverer } from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { previewSync, runSync } from '@kohort/sync-flow';
import { SECRET, SyncWorld } from './sync-world';

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

describe('a sync from beginning to end', () => {
  it('first adds everybody, then sends only what changed', async () => {
    const world = await newWorld();
    const people = await world.addPeople(1_200);
    await world.turn(people, true, false);
    expect((await world.turn([people[0]!], true)).created).toBe(1);
    const first = await world.runOnce();
    expect(first).toMatchObject({
      status: 'succeeded',
      next: null,
      funnel: { segment: 1_200, accepted: 1_200, adds: 1_200, requests: 3 },
    });
    expect(world.held()).toEqual(world.desired());
    expect(world.receiver.operations.length).toBe(1_200);

    const [a, b, ...others] = people;
    await world.turn([a!, b!], false);
    await world.turn(await world.addPeople(3), true);
    expect(await world.openRuns()).toHaveLength(1);
    const second = await world.runOnce();
    expect(second).toMatchObject({ status: 'succeeded', funnel: { segment: 5, adds: 3, removes: 2 } });
    expect(world.receiver.operations.slice(1_200).map((one) => one.action)).toEqual([
      'remove',
      'remove',
      'add',
      'add',
      'add',
    ]);
    expect(world.held()).toEqual(world.desired());
    expect(others.length).toBe(1_198);
    expect(await world.states()).toEqual({ clean: 1_203 });
  });

  it('takes a change back before it was sent, and sends nothing', async () => {
    const world = await newWorld();
    const people = await world.addPeople(10);
    await world.turn(people, true);
    await world.runOnce();
    await world.turn([people[0]!], false);
    await world.turn([people[0]!], true);
    const before = world.shop.calls.length;
    expect(await world.runOnce()).toMatchObject({ status: 'succeeded', funnel: { segment: 0 } });
    expect(world.shop.calls.length).toBe(before);
  });

  it('is not lost when it comes while a run is at work', async () => {
    const world = await newWorld();
    const people = await world.addPeople(20);
    await world.turn(people.slice(0, 10), true);
    let late = false;
    const meddling: Deliverer = {
      ...world.ports.deliverer,
      deliver: async (input, control) => {
        const outcome = await world.ports.deliverer.deliver(input, control);
        if (!late) {
          late = true;
          expect((await world.turn(people.slice(10), true)).created).toBe(0);
          await world.turn([people[0]!], false);
        }
        return outcome;
      },
    };
    expect(await world.runOnce(meddling)).toMatchObject({ status: 'succeeded', funnel: { segment: 21 } });
    expect(world.held()).toEqual(world.desired());
    expect(await world.openRuns()).toEqual([]);
  });

  it('brings traits and identifiers that the mapping asks for, and no others', async () => {
    const world = await newWorld();
    const [person] = await world.addPeople(1);
    const values = [
      { key: 'plan', value: 'pro', valid_from: new Date(10), message_id: 'a' },
      { key: 'plan', value: 'free', valid_from: new Date(5), message_id: 'b' },
      { key: 'secret_note', value: 'do not send', valid_from: new Date(5), message_id: 'c' },
    ];
    await db.database.inWorkspace(world.workspaceId, async (tx) => {
      await tx
        .insertInto('trait_value')
        .values(
          values.map((row) => ({
            ...row,
            workspace_id: world.workspaceId,
            profile_id: person!,
            kind: 'custom',
            value: JSON.stringify(row.value),
            event_id: null,
          })),
        )
        .execute();
      const mapping = { id: 'profile.id', external_ids: 'identifiers', 'traits.plan': 'traits.plan' };
      await tx
        .updateTable('sync')
        .set({ mapping: JSON.stringify(mapping) })
        .execute();
    });
    await world.turn([person!], true);
    await world.runOnce();
    const [member] = JSON.parse(world.shop.calls[0]?.body ?? '{}').data.members;
    expect(member).toEqual({
      id: person,
      external_ids: { user_id: [`u-${person}`] },
      traits: { plan: 'pro' },
      change_seq: 1,
    });
  });
});

describe('when a worker dies', () => {
  it('after sending and before committing, nothing is lost and at most one page is sent again, under the same key', async () => {
    const world = await newWorld({ maxMembers: 50 });
    const people = await world.addPeople(600);
    await world.turn(people, true);
    await world.runOnce();
    await world.turn(people.slice(0, 150), false);
    await world.turn(await world.addPeople(400), true);
    const before = world.receiver.operations.length;
    const [open] = await world.openRuns();
    const random = seededRandom(77);
    let kills = 0;
    for (let starts = 0; starts < 400; starts += 1) {
      const dying: Deliverer = {
        ...world.ports.deliverer,
        plan: (destination, mapping) => ({ ...world.ports.deliverer.plan(destination, mapping), pageMembers: 8 }),
        deliver: async (input, control) => {
          const when = kills < 100 ? random.int(3) : 2;
          if (when < 2) kills += 1;
          if (when === 0) throw new Error('killed before sending');
          const outcome = await world.ports.deliverer.deliver(input, control);
          if (when === 1) throw new Error('killed after sending');
          return outcome;
        },
      };
      const context = await world.start(open!.id);
      const ended = await runSync({ ...world.ports, deliverer: dying }, context, open!.params).then(
        () => true,
        (error: Error) => {
          expect(error.message).toMatch(/^killed/);
          return false;
        },
      );
      if (ended) break;
    }
    expect(kills).toBe(100);
    expect(world.held()).toEqual(world.desired());
    expect(await world.states()).toEqual({ clean: 1_000 });
    const operations = world.receiver.operations.slice(before);
    expect(operations.length - 550).toBeLessThanOrEqual(8 * kills);
    const keys = new Map<string, Set<string>>();
    for (const one of operations) keys.set(one.id, (keys.get(one.id) ?? new Set()).add(one.messageId));
    expect([...keys.values()].every((ids) => ids.size === 1)).toBe(true);
  });

  it('a worker that lost its fence sends nothing and writes nothing', async () => {
    const world = await newWorld();
    await world.turn(await world.addPeople(30), true);
    const [open] = await world.openRuns();
    const old = await world.start(open!.id);
    const sleepy: Deliverer = {
      ...world.ports.deliverer,
      deliver: async (input, control) => {
        await world.start(open!.id);
        return world.ports.deliverer.deliver(input, control);
      },
    };
    await expect(runSync({ ...world.ports, deliverer: sleepy }, old, open!.params)).rejects.toMatchObject({
      code: 'POSTGRES_FENCE_LOST',
    });
    expect(world.shop.calls.length).toBe(0);
    const fresh = await world.start(open!.id);
    expect(await runSync(world.ports, fresh, open!.params)).toMatchObject({ status: 'succeeded' });
    expect(world.held()).toEqual(world.desired());
  });

  it('a second run of the same sync does not run beside the first', async () => {
    const world = await newWorld();
    await world.turn(await world.addPeople(5), true);
    const [open] = await world.openRuns();
    await world.start(open!.id);
    await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx
        .insertInto('run')
        .values({
          workspace_id: world.workspaceId,
          id: '00000000-0000-4000-8000-0000000000aa',
          job: 'sync.run',
          params: JSON.stringify(open!.params),
          idempotency_key: null,
        })
        .execute(),
    );
    const [second] = await world.openRuns();
    expect(await runSync(world.ports, await world.start(second!.id), second!.params)).toMatchObject({
      status: 'cancelled',
    });
    expect(world.shop.calls.length).toBe(0);
  });
});

it('a dry run shows the exact requests, blanked, and does nothing', async () => {
  const world = await newWorld();
  const people = await world.addPeople(3);
  await world.turn(people, true, false);
  const preview = await previewSync(world.ports, {
    workspaceId: world.workspaceId,
    syncId: world.ids.syncId,
    limit: 100,
  });
  expect(world.shop.calls.length).toBe(0);
  expect(preview).toMatchObject({ heldReason: null, requests: [{ operation: 'add', members: 3 }] });
  const shown = JSON.stringify(preview);
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain(`u-${people[0]}`);
  await world.turn([people[0]!], true);
  await world.runOnce();
  expect(world.shop.calls[0]?.headers['webhook-id']).toBeDefined();
  expect(await world.states()).toEqual({ clean: 3 });
});

it('asked to stop, it writes down what was done and stops', async () => {
  const world = await newWorld({ maxMembers: 5 });
  await world.turn(await world.addPeople(20), true);
  const [open] = await world.openRuns();
  const controller = new AbortController();
  const context = await world.start(open!.id, controller.signal);
  const stopping: Deliverer = {
    ...world.ports.deliverer,
    plan: (destination, mapping) => ({ ...world.ports.deliverer.plan(destination, mapping), pageMembers: 5 }),
    deliver: async (input, control) => {
      const outcome = await world.ports.deliverer.deliver(input, control);
      controller.abort();
      return outcome;
    },
  };
  await expect(runSync({ ...world.ports, deliverer: stopping }, context, open!.params)).rejects.toMatchObject({
    code: 'SYNC_STOPPED',
  });
  expect(await world.states()).toEqual({ clean: 5, owed: 15 });
  expect(await runSync(world.ports, await world.start(open!.id), open!.params)).toMatchObject({
    status: 'succeeded',
    funnel: { accepted: 20 },
  });
});
