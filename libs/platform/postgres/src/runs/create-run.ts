import { randomUUID } from 'node:crypto';
import { runIdSchema, type Json, type RunId, type WorkspaceId } from '@kohort/kernel-contracts';
import { runTopics, type RunJob, type TopicName } from '@kohort/pipeline-map';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';

export interface NewRun {
  readonly workspaceId: WorkspaceId;
  readonly job: RunJob;
  readonly params: Json;
  /** The same key gives the same run, however often it is asked for. */
  readonly idempotencyKey?: string | null;
}

/**
 * Asks for a run in the caller's transaction: its row and the message that starts it exist together or not at all.
 * `fresh` is false when the idempotency key was used before; then nothing is written.
 */
export async function createRun(
  tx: WorkspaceTransaction,
  run: NewRun,
): Promise<{ readonly runId: RunId; readonly fresh: boolean }> {
  const { workspaceId, job } = run;
  const idempotencyKey = run.idempotencyKey ?? null;
  const runId = runIdSchema.parse(randomUUID());
  const made = await tx
    .insertInto('run')
    .values({
      workspace_id: workspaceId,
      id: runId,
      job,
      params: JSON.stringify(run.params),
      idempotency_key: idempotencyKey,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'idempotency_key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) {
    const topic: TopicName = runTopics[job];
    await appendOutbox(tx, topic, { workspaceId, runId });
    return { runId, fresh: true };
  }
  const earlier = await tx
    .selectFrom('run')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirstOrThrow();
  return { runId: runIdSchema.parse(earlier.id), fresh: false };
}
