import { randomUUID } from 'node:crypto';
import { batchIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import type { TopicName } from '@kohort/pipeline-map';
import { listen, type Listening } from './listen';
import { appendOutbox } from './outbox';
import { COMMIT_CHANNEL, OUTBOX_CHANNEL } from './outbox-signal';
import { startTestDatabase, type TestDatabase } from './test-database';

describe('what is said of a commit', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  let listening: Listening;
  const words: { readonly channel: string; readonly payload: string }[] = [];
  let heed = (): void => undefined;

  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
    listening = await listen(db.url, [COMMIT_CHANNEL, OUTBOX_CHANNEL], (payload, channel) => {
      words.push({ channel, payload });
      heed();
    });
  });

  afterAll(async () => {
    await listening.close();
    await db.stop();
  });

  const heard = (channel: string): Promise<void> =>
    new Promise((done) => {
      heed = () => {
        if (words.some((word) => word.channel === channel)) done();
      };
      heed();
    });

  const append = (topic: Extract<TopicName, 'MembershipChanged' | 'EventsStored'>, fails = false): Promise<void> =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      await appendOutbox(tx, topic, { workspaceId, batchId: batchIdSchema.parse(randomUUID()) });
      if (fails) throw new RangeError('rolled back');
    });

  // No relay runs here: it tells of the same on a channel of its own, and would hide that nobody else does.
  it('is heard by readers of changed memberships without a relay, and not when it was rolled back', async () => {
    await append('MembershipChanged');
    await heard(COMMIT_CHANNEL);
    expect(words.filter(({ channel }) => channel === COMMIT_CHANNEL)).toEqual([
      { channel: COMMIT_CHANNEL, payload: 'MembershipChanged' },
    ]);
    words.length = 0;
    await expect(append('MembershipChanged', true)).rejects.toThrow('rolled back');
    // Words leave one after the other: one of the transaction that was rolled back would come before this.
    await append('EventsStored');
    await heard(OUTBOX_CHANNEL);
    expect(words).toEqual([{ channel: OUTBOX_CHANNEL, payload: expect.stringContaining(workspaceId) }]);
  });
});
