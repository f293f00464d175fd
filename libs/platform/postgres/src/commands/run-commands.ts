import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import {
  runIdSchema,
  runParams,
  type JobRecord,
  type Made,
  type RunParamsJob,
  type RunRequest,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { jsonOf } from '../read/columns';
import { reading, writing, type Scope } from '../read/deadline';
import { jobColumns, toJob, type JobRow } from '../read/job-reader';
import { createRun } from '../runs/create-run';
import { cancelRun as cancelOpenRun } from '../runs/run-handler';
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
 * answers the run that is there; `fresh` is false then.
 *
 * Throws  COMMAND_IDEMPOTENCY_REUSED
 */
export async function makeRun<J extends RunParamsJob>(
  tx: WorkspaceTransaction,
  scope: Scope,
  request: RunRequest<J>,
): Promise<Made<JobRecord>> {
  const params = runParams[request.job].parse(request.params);
  const { workspaceId } = scope;
  const { runId, fresh } = await createRun(tx, {
    workspaceId,
    job: request.job,
    params: jsonOf(params),
    idempotencyKey: request.idempotencyKey,
  });
  const job = await jobById(tx, scope, runId);
  requireSameRequest(fresh || (job.job === request.job && isDeepStrictEqual(job.params, params)));
  return { record: job, fresh };
}

/** Whether a run was asked for under an idempotency key; never without one. */
export async function wasRequested(scope: Scope, idempotencyKey: string | null): Promise<boolean> {
  if (idempotencyKey === null) return false;
  const earlier = await reading(scope, (tx) =>
    tx
      .selectFrom('run')
      .select('id')
      .where('workspace_id', '=', scope.workspaceId)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst(),
  );
  return earlier !== undefined;
}

/** As makeRun: the run alone. */
export async function insertRun<J extends RunParamsJob>(
  tx: WorkspaceTransaction,
  scope: Scope,
  request: RunRequest<J>,
): Promise<JobRecord> {
  return (await makeRun(tx, scope, request)).record;
}

/** Asks a job to stop. One that has not begun is cancelled at once; a running one stops at its next look. */
export function cancelRun(scope: Scope, runId: string): Promise<JobRecord> {
  const id = runIdSchema.safeParse(runId);
  if (!id.success) throw commandErrors.COMMAND_NOT_FOUND({ what: 'job' });
  return writing(scope, async (tx) => {
    await cancelOpenRun(tx, { workspaceId: scope.workspaceId, runId: id.data });
    return jobById(tx, scope, id.data);
  });
}
