import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { batchIdSchema } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { LOG_CHANNEL, appendOutbox, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { listenForChanges } from '../src/live/listen-for-changes';

describe('listenForChanges', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());

  // Neither a relay nor a poll is here: each of them would hide that the other word is not heard.
  it('hears of changed memberships at their commit, and wakes when the relay says that they are final', async () => {
    const workspaceId = await db.addWorkspace();
    const heard: string[] = [];
    let heed = (): void => undefined;
    const note = (word: string) => () => {
      heard.push(word);
      heed();
    };
    const count = (wanted: number): Promise<void> =>
      new Promise((done) => {
        heed = () => {
          if (heard.length >= wanted) done();
        };
        heed();
      });
    const listening = await listenForChanges(db.url, { hear: note('hear'), wake: note('wake') }, silentLogger);
    await db.database.inWorkspace(workspaceId, (tx) =>
      appendOutbox(tx, 'MembershipChanged', { workspaceId, batchId: batchIdSchema.parse(randomUUID()) }),
    );
    await count(1);
    expect(heard).toEqual(['hear']);
    for (const topics of ['EventsStored', 'EventsStored,MembershipChanged']) {
      await sql`select pg_notify(${LOG_CHANNEL}, ${topics})`.execute(db.database.relay);
    }
    await count(2);
    expect(heard).toEqual(['hear', 'wake']);
    await listening?.close();
  });

  it('leaves it to the poll when the database is away', async () => {
    const pulse = { hear: jest.fn(), wake: jest.fn() };
    expect(await listenForChanges('postgres://127.0.0.1:1/none', pulse, silentLogger)).toBeNull();
    expect(pulse.hear).not.toHaveBeenCalled();
  });
});
