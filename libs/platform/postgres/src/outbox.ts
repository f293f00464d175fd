import type { TopicName, TopicPayload } from '@kohort/pipeline-map';
import type { WorkspaceTransaction } from './database';
import { markAppended } from './outbox-signal';

/**
 * Appends a message in the caller's transaction: it exists if and only if the effect it speaks of does. The relay hands
 * it on after the commit.
 */
export async function appendOutbox<T extends TopicName>(
  tx: WorkspaceTransaction,
  topic: T,
  payload: TopicPayload<T>,
): Promise<void> {
  await tx
    .insertInto('outbox')
    .values({ workspace_id: payload.workspaceId, topic, payload: JSON.stringify(payload) })
    .execute();
  markAppended(tx);
}
