import { isDeepStrictEqual } from 'node:util';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { runTopics, type TopicName } from '@kohort/pipeline-map';
import { runIdSchema, runParams, type JobRecord, type RunParamsJob, type RunRequest } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { writing, type Scope } from '../read/deadline';
import { jobColumns, toJob, type JobRow } from '../read/job-reader';
import { uuidsOf } from '../read/paging';
import { commandErrors } from './command.errors';
import { requireSameRequest } from './make-once';

async function jobById(tx: WorkspaceTransaction, scope: Scope, id: string): Promise<JobRecord> {
  const { rows } = await sql<JobRow>`
    select ${jobColumns} from run where workspace_id = ${scope.workspaceId} and id = ${id}`.execute(tx);
  if (!rows[0]) throw commandErrors.COMMAND_NOT_FOUND({ what: 'job' });
  return toJob(rows[0]);
}

/**
 * Writes a run and the message that asks for it, in the caller's transaction. With an idempotency key the same request
 * answers the run that is there.
 *
 * Throws  COMMAND_IDEMPOTENCY_REUSED
 */
export async function insertRun<J extends RunParamsJob>(
  tx: WorkspaceTransaction,
  scope: Scope,
  request: RunRequest<J>,
): Promise<JobRecord> {
  const params = runParams[request.job].parse(request.params);
  const id = runIdSchema.parse(randomUUID());
  const made = await tx
    .insertInto('run')
    .values({
      workspace_id: scope.workspaceId,
      id,
      job: request.job,
      params: JSON.stringify(params),
      idempotency_key: request.idempotencyKey,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'idempotency_key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) {
    const topic: TopicName = runTopics[request.job];
    await appendOutbox(tx, topic, { workspaceId: scope.workspaceId, runId: id });
    return jobById(tx, scope, id);
  }
  const earlier = await tx
    .selectFrom('run')
    .select(['id', 'job', 'params'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('idempotency_key', '=', request.idempotencyKey)
    .executeTakeFirstOrThrow();
  requireSameRequest(earlier.job === request.job && isDeepStrictEqual(earlier.params, params));
  return jobById(tx, scope, earlier.id);
}

/** Asks a job to stop. One that has not begun is cancelled at once; a running one stops at its next look. */
export function cancelRun(scope: Scope, runId: string): Promise<JobRecord> {
  if (uuidsOf([runId]).length === 0) throw commandErrors.COMMAND_NOT_FOUND({ what: 'job' });
  return writing(scope, async (tx) => {
    await sql`
      update run set cancel_requested = true,
        status = case when status = 'queued' then 'cancelled' else status end,
        finished_at = case when status = 'queued' then now() else finished_at end
      where workspace_id = ${scope.workspaceId} and id = ${runId} and status in ('queued', 'running')`.execute(tx);
    return jobById(tx, scope, runId);
  });
}
