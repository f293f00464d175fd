import { seededRandom } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  type BatchId,
  type ConsentState,
  type ConsentStatement,
  type Deliverer,
  type ProfileId,
} from '@kohort/kernel-contracts';
import { privacyStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { previewSync, recheckPeople } from '@kohort/sync-flow';
import { SyncWorld } from './sync-world';

const PURPOSE = 'advertising';
let db: TestDatabase;
const worlds: SyncWorld[] = [];

/** A sync whose destination is for advertising, and what its people have said. */
class ConsentWorld {
  readonly allowed = new Set<ProfileId>();
  private at = Date.UTC(2026, 0, 1);

  private constructor(readonly sync: SyncWorld) {}

  static async create(purpose: string | null = PURPOSE): Promise<ConsentWorld> {
    const sync = await SyncWorld.create(db);
    worlds.push(sync);
    await db.database.inWorkspace(sync.workspaceId, (tx) => tx.updateTable('destination').set({ purpose }).execute());
    return new ConsentWorld(sync);
  }

  async say(people: readonly ProfileId[], state: ConsentState): Promise<void> {
    this.at += 1;
    const statements = people.map((id): ConsentStatement => ({
      subject: { type: 'user_id', value: `u-${id}` },
      purpose: PURPOSE,
      state,
      kind: 'explicit',
      basis: 'consent',
      source: 'api',
      at: this.at,
      proof: 'spec',
    }));
    await privacyStore(db.database).record(this.sync.workspaceId, statements);
    for (const id of people) {
      if (state === 'granted') this.allowed.add(id);
      else this.allowed.delete(id);
    }
  }

  /** What the relay would hand to `sync.consent`; each batch twice, as the queue may. */
  async tell(): Promise<number> {
    const { workspaceId } = this.sync;
    const rows = await db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('outbox').select('payload').where('topic', '=', 'ConsentChanged').orderBy('seq').execute(),
    );
    const batches = rows.map(({ payload }): BatchId => {
      const { batchId } = payload as { readonly batchId: string };
      return batchIdSchema.parse(batchId);
    });
    for (const batchId of [...batches, ...batches]) await recheckPeople(this.sync.ports, { workspaceId, batchId });
    return batches.length;
  }

  /** Those who should be there: members who consent. */
  wanted(): string[] {
    const allowed = new Set<string>(this.allowed);
    return this.sync.desired().filter((id) => allowed.has(id));
  }
}

beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(async () => {
  for (const world of worlds) await world.close();
  await db.stop();
});

describe('a sync that is for advertising', () => {
  it('sends nobody of whom nothing is known, and everybody once they have consented', async () => {
    const world = await ConsentWorld.create();
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
    const world = await ConsentWorld.create();
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
    const world = await ConsentWorld.create();
    const people = await world.sync.addPeople(6);
    await world.say(people.slice(0, 2), 'granted');
    await world.sync.turn(people, true, false);
    const { workspaceId, ids, ports } = world.sync;
    const preview = await previewSync(ports, { workspaceId, syncId: ids.syncId, limit: 50 });
    expect(preview.requests.reduce((sum, { members }) => sum + members, 0)).toBe(2);
  });

  it('asks for the purposes of segment and destination alike', async () => {
    const world = await ConsentWorld.create();
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
    const world = await ConsentWorld.create(null);
    const people = await world.sync.addPeople(5);
    await world.sync.turn(people, true);
    expect(await world.sync.runOnce()).toMatchObject({ funnel: { consented: null, accepted: 5 } });
  });
});

it('2,000 people who grant and withdraw between computing and sending: none is sent without consent', async () => {
  const world = await ConsentWorld.create();
  const random = seededRandom(15);
  const people = await world.sync.addPeople(2_000);
  const some = (count: number): ProfileId[] =>
    Array.from({ length: count }, () => people[random.int(people.length)]).filter((id) => id !== undefined);
  const change = async (count: number): Promise<void> => {
    await world.say(some(count), 'granted');
    await world.say(some(count), random.int(2) === 0 ? 'withdrawn' : 'denied');
  };
  await world.say(some(2_500), 'granted');
  await world.sync.turn(people, true);
  await change(300);

  let wrong = 0;
  let pages = 0;
  const take = world.sync.receiver.take.bind(world.sync.receiver);
  world.sync.receiver.take = (call) => {
    const { data } = JSON.parse(call.body) as {
      readonly data: { readonly action: string; readonly members?: readonly { readonly id: string }[] };
    };
    const allowed = new Set<string>(world.allowed);
    if (data.action === 'add') wrong += (data.members ?? []).filter(({ id }) => !allowed.has(id)).length;
    return take(call);
  };
  // After the page is taken and before it leaves: the worst moment.
  const meddling: Deliverer = {
    ...world.sync.ports.deliverer,
    deliver: async (input, control) => {
      pages += 1;
      if (pages <= 6) await change(40);
      return world.sync.ports.deliverer.deliver(input, control);
    },
  };
  for (let round = 0; round < 4; round += 1) {
    await world.sync.runOnce(meddling);
    world.sync.clock.advance(900_000);
    await change(50);
    if (round % 2 === 1) await world.tell();
  }
  await world.tell();
  await world.sync.drain();
  expect(wrong).toBe(0);
  expect(pages).toBeGreaterThan(3);
  expect(world.sync.held()).toEqual(world.wanted());
  expect(world.sync.receiver.operations.some(({ action }) => action === 'remove')).toBe(true);
});

it('suppressing removes a person from a sync that is for nothing', async () => {
  const world = await ConsentWorld.create(null);
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
