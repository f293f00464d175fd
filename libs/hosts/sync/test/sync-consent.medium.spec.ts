import { privacyStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { previewSync } from '@kohort/sync-flow';
import { ConsentWorld, grantAndWithdraw } from './consent-world';
import type { SyncWorld } from './sync-world';

let db: TestDatabase;
const worlds: SyncWorld[] = [];

const newWorld = async (purpose?: string | null): Promise<ConsentWorld> => {
  const world = await ConsentWorld.create(db, purpose);
  worlds.push(world.sync);
  return world;
};

beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(async () => {
  for (const world of worlds) await world.close();
  await db.stop();
});

describe('a sync that is for advertising', () => {
  it('sends nobody of whom nothing is known, and everybody once they have consented', async () => {
    const world = await newWorld();
    const people = await world.sync.addPeople(20);
    await world.sync.turn(people, true);
    await world.sync.drain();
    expect(world.sync.receiver.operations).toEqual([]);
    await world.say(people.slice(0, 8), 'granted');
    expect(await world.tell()).toBe(1);
    expect(await world.sync.runOnce()).toMatchObject({
      status: 'succeeded',
      funnel: { segment: 8, consented: 8, accepted: 8 },
    });
    expect(world.sync.held()).toEqual(world.wanted());
  });

  it('removes who withdraws, and the removal has a version above the addition', async () => {
    const world = await newWorld();
    const people = await world.sync.addPeople(10);
    await world.say(people, 'granted');
    await world.sync.turn(people, true);
    await world.sync.drain();
    expect(world.sync.held()).toHaveLength(10);
    await world.say(people.slice(0, 9), 'withdrawn');
    await world.tell();
    // Nine of ten leave: no accident that anybody has to look at.
    expect(await world.sync.runOnce()).toMatchObject({ status: 'succeeded', funnel: { removes: 9 } });
    expect(world.sync.held()).toEqual(world.wanted());
    const versions = await db.database.inWorkspace(world.sync.workspaceId, (tx) =>
      tx
        .selectFrom('sync_record')
        .select([
          'operation',
          (eb) => eb.fn.min('change_version').as('low'),
          (eb) => eb.fn.max('change_version').as('high'),
        ])
        .groupBy('operation')
        .orderBy('operation')
        .execute(),
    );
    expect(versions.map(({ operation, low }) => [operation, Number(low)])).toEqual([
      ['add', 1],
      ['remove', 2],
    ]);
  });

  it('shows nobody in a dry run who has not consented', async () => {
    const world = await newWorld();
    const people = await world.sync.addPeople(6);
    await world.say(people.slice(0, 2), 'granted');
    await world.sync.turn(people, true, false);
    const { workspaceId, ids, ports } = world.sync;
    const preview = await previewSync(ports, { workspaceId, syncId: ids.syncId, limit: 50 });
    expect(preview.requests.reduce((sum, { members }) => sum + members, 0)).toBe(2);
  });

  it('asks for the purposes of segment and destination alike', async () => {
    const world = await newWorld();
    const people = await world.sync.addPeople(3);
    await db.database.inWorkspace(world.sync.workspaceId, (tx) =>
      tx.updateTable('segment').set({ purpose: 'email' }).execute(),
    );
    await world.say(people, 'granted');
    await world.sync.turn(people, true);
    await world.sync.drain();
    expect(world.sync.held()).toEqual([]);
  });

  it('asks nobody when it is for nothing', async () => {
    const world = await newWorld(null);
    const people = await world.sync.addPeople(5);
    await world.sync.turn(people, true);
    expect(await world.sync.runOnce()).toMatchObject({ funnel: { consented: null, accepted: 5 } });
  });
});

it('2,000 people who grant and withdraw between computing and sending: none is sent without consent', async () => {
  const { wrong, pages, removed } = await grantAndWithdraw(await newWorld(), 2_000);
  expect({ wrong, removed }).toEqual({ wrong: 0, removed: true });
  expect(pages).toBeGreaterThan(3);
});

it('suppressing removes a person from a sync that is for nothing', async () => {
  const world = await newWorld(null);
  const people = await world.sync.addPeople(4);
  await world.sync.turn(people, true);
  await world.sync.drain();
  const { workspaceId } = world.sync;
  const [first] = people;
  const value = `u-${first}`;
  const outcome = await privacyStore(db.database).suppress(workspaceId, {
    identifiers: [{ type: 'user_id', value }],
    lookup: { ids: [value], emails: [], phones: [] },
    reason: 'objection',
    digestsOf: ({ value: text }) => [
      { kind: 'id', generation: 'spec', hash: Buffer.from(text.padEnd(64).slice(0, 32)).toString('hex') },
    ],
  });
  expect(outcome).toEqual({ added: 1, people: 1, memberships: 1 });
  await world.tell();
  await world.sync.drain();
  expect(world.sync.held()).toEqual(people.slice(1).sort());
});
