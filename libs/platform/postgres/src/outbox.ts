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
  await appendOutboxAll(tx, topic, [payload]);
}

/** Appends several messages of one topic in one statement, in their order. */
export async function appendOutboxAll<T extends TopicName>(
  tx: WorkspaceTransaction,
  topic: T,
  payloads: readonly TopicPayload<T>[],
): Promise<void> {
  if (payloads.length === 0) return;
  await tx
    .insertInto('outbox')
    .values(payloads.map((payload) => ({ workspace_id: payload.workspaceId, topic, payload: JSON.stringify(payload) })))
    .execute();
  markAppended(tx);
}
