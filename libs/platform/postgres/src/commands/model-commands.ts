import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  modelIdSchema,
  runIdSchema,
  type JobRecord,
  type ModelId,
  type ModelRollback,
  type RefitSetting,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { serveVersion } from '../models/serve-version';
import { appendOutbox } from '../outbox';
import { writing, type Scope } from '../read/deadline';
import { commandErrors } from './command.errors';
import { makeRun, wasRequested } from './run-commands';

interface HeldModel {
  readonly modelId: ModelId;
  readonly live: number | null;
}

/** The model's row, held until commit. Nothing else is read here: only a row that was waited for is read anew. */
async function heldModel(tx: WorkspaceTransaction, scope: Scope, modelKey: string): Promise<HeldModel> {
  const row = await tx
    .selectFrom('model')
    .select(['id', 'live_version'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('key', '=', modelKey)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'model' });
  return { modelId: modelIdSchema.parse(row.id), live: row.live_version };
}

/** Refuses a version that cannot be returned to. The caller holds the model's row: whoever retires versions waits. */
async function requireReturnable(
  tx: WorkspaceTransaction,
  scope: Scope,
  { modelId, live, model, version }: HeldModel & { readonly model: string; readonly version: number },
): Promise<void> {
  const { rows } = await sql<{ version: number; status: string; served: boolean }>`
    select v.version, v.status, exists (select 1 from model_serving s where s.workspace_id = v.workspace_id
      and s.model_id = v.model_id and s.version = v.version) as served
    from model_version v
    where v.workspace_id = ${scope.workspaceId} and v.model_id = ${modelId} and (v.version = ${version} or v.status <> 'retired')
    order by v.version`.execute(tx);
  const target = rows.find((row) => row.version === version);
  if (!target) throw commandErrors.COMMAND_NOT_FOUND({ what: `version of model "${model}"` });
  if (!target.served) throw commandErrors.COMMAND_MODEL_NEVER_SERVED({ model, version });
  if (target.status !== 'retired') return;
  const kept = rows.filter((row) => row.served && row.status !== 'retired' && row.version !== live);
  throw commandErrors.COMMAND_MODEL_SCORES_GONE({ model, version, kept: kept.map((row) => row.version).join(', ') });
}

/**
 * Points a model at a version that was served before, at once and for everybody, and asks for everybody to be scored anew
 * by it: who came or changed since is known to a version of its own, which follows. A request that is repeated answers
 * its job, whatever has become of the version since.
 *
 * Throws  COMMAND_NOT_FOUND, COMMAND_MODEL_NEVER_SERVED, COMMAND_MODEL_SCORES_GONE, COMMAND_IDEMPOTENCY_REUSED, and what
 *         `ready` throws
 */
export async function rollbackModel(
  scope: Scope,
  target: ModelRollback,
  { idempotencyKey, ready }: { readonly idempotencyKey: string | null; readonly ready?: () => Promise<void> },
): Promise<JobRecord> {
  const { workspaceId } = scope;
  const { modelKey: model, version, askedBy } = target;
  // Outside the transaction: what is asked may take a connection of its own.
  if (ready && !(await wasRequested(scope, idempotencyKey))) await ready();
  return writing(scope, async (tx) => {
    const held = await heldModel(tx, scope, model);
    const { modelId } = held;
    if (version < 1) throw commandErrors.COMMAND_NOT_FOUND({ what: `version of model "${model}"` });
    const params = { modelId, version };
    const { record: job, fresh } = await makeRun(tx, scope, { job: 'models.score', params, idempotencyKey });
    if (!fresh) return job;
    // A refusal takes the run back.
    await requireReturnable(tx, scope, { ...held, model, version });
    if (held.live === version) return job;
    await serveVersion(tx, { workspaceId, modelId, version, cause: 'rollback', askedBy });
    // Not of the run that follows: that one speaks of scores of its own when it has them.
    await appendOutbox(tx, 'ScoresChanged', { workspaceId, runId: runIdSchema.parse(randomUUID()) });
    return job;
  });
}

/** Sets when a clustering is fitted again by itself; a repeat changes nothing. */
export function setModelRefit(scope: Scope, modelKey: string, { kind, everyDays }: RefitSetting): Promise<void> {
  return writing(scope, async (tx) => {
    const model = await tx
      .selectFrom('model')
      .select('id')
      .where('workspace_id', '=', scope.workspaceId)
      .where('key', '=', modelKey)
      .where('kind', '=', 'clustering')
      .executeTakeFirst();
    if (!model) throw commandErrors.COMMAND_NOT_FOUND({ what: 'clustering' });
    const setting = { kind, every_days: everyDays };
    await tx
      .insertInto('model_refit')
      .values({ workspace_id: scope.workspaceId, model_id: model.id, ...setting })
      .onConflict((conflict) =>
        conflict
          .columns(['workspace_id', 'model_id'])
          .doUpdateSet({ ...setting, changed_at: new Date(scope.clock.now()) }),
      )
      .execute();
  });
}
