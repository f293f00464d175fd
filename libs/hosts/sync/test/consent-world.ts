import { seededRandom } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  type BatchId,
  type ConsentState,
  type ConsentStatement,
  type Deliverer,
  type ProfileId,
} from '@kohort/kernel-contracts';
import { privacyStore, type TestDatabase } from '@kohort/platform-postgres';
import { recheckPeople } from '@kohort/sync-flow';
import { SyncWorld } from './sync-world';

const PURPOSE = 'advertising';

/** A sync whose destination is for advertising, and what its people have said. */
export class ConsentWorld {
  readonly allowed = new Set<ProfileId>();
  private at = Date.UTC(2026, 0, 1);

  private constructor(
    private readonly db: TestDatabase,
    readonly sync: SyncWorld,
  ) {}

  static async create(db: TestDatabase, purpose: string | null = PURPOSE): Promise<ConsentWorld> {
    const sync = await SyncWorld.create(db);
    await db.database.inWorkspace(sync.workspaceId, (tx) => tx.updateTable('destination').set({ purpose }).execute());
    return new ConsentWorld(db, sync);
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
    await privacyStore(this.db.database).record(this.sync.workspaceId, statements);
    for (const id of people) {
      if (state === 'granted') this.allowed.add(id);
      else this.allowed.delete(id);
    }
  }

  /** What the relay would hand to `sync.consent`; each batch twice, as the queue may. */
  async tell(): Promise<number> {
    const { workspaceId } = this.sync;
    const rows = await this.db.database.inWorkspace(workspaceId, (tx) =>
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

/** People who grant and withdraw while pages leave; answers how many were sent who did not consent at that moment. */
export async function grantAndWithdraw(
  world: ConsentWorld,
  count: number,
): Promise<{ readonly wrong: number; readonly pages: number; readonly removed: boolean }> {
  const random = seededRandom(15);
  const people = await world.sync.addPeople(count);
  const some = (number: number): ProfileId[] =>
    Array.from({ length: Math.round(number) }, () => people[random.int(people.length)]).filter(
      (id) => id !== undefined,
    );
  const change = async (changes: number): Promise<void> => {
    await world.say(some(changes), 'granted');
    await world.say(some(changes), random.int(2) === 0 ? 'withdrawn' : 'denied');
  };
  await world.say(some(count * 1.25), 'granted');
  await world.sync.turn(people, true);
  await change(count * 0.15);

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
      if (pages <= 6) await change(count * 0.02);
      return world.sync.ports.deliverer.deliver(input, control);
    },
  };
  for (let round = 0; round < 4; round += 1) {
    await world.sync.runOnce(meddling);
    world.sync.clock.advance(900_000);
    await change(count * 0.025);
    if (round % 2 === 1) await world.tell();
  }
  await world.tell();
  await world.sync.drain();
  expect(world.sync.held()).toEqual(world.wanted());
  return { wrong, pages, removed: world.sync.receiver.operations.some(({ action }) => action === 'remove') };
}
