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
import { makeRun } from './run-commands';

interface HeldModel {
  readonly modelId: ModelId;
  readonly live: number | null;
  readonly status: string | null;
  readonly wasServed: boolean;
  /** Versions whose scores are there. */
  readonly kept: readonly number[];
}

/** The model's row, held until commit, and what is known of the version. */
async function heldModel(tx: WorkspaceTransaction, scope: Scope, target: ModelRollback): Promise<HeldModel | null> {
  const { rows } = await sql<{
    id: string;
    live_version: number | null;
    status: string;
    served: boolean;
    kept: number[];
  }>`
    select m.id, m.live_version, v.status, exists (select 1 from model_serving s where s.workspace_id = v.workspace_id
        and s.model_id = v.model_id and s.version = v.version) as served,
      array(select distinct s.version from model_serving s join model_version o using (workspace_id, model_id, version)
        where s.workspace_id = m.workspace_id and s.model_id = m.id and o.status <> 'retired' order by 1) as kept
    from model m
    left join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id and v.version = ${target.version}::int
    where m.workspace_id = ${scope.workspaceId} and m.key = ${target.modelKey} for update of m`.execute(tx);
  const [row] = rows;
  if (!row) return null;
  const { live_version: live, status, served: wasServed, kept } = row;
  return { modelId: modelIdSchema.parse(row.id), live, status, wasServed, kept };
}

/**
 * Points a model at a version that was served before, at once and for everybody, and asks for everybody to be scored anew
 * by it: who came or changed since is known to a version of its own, which follows.
 *
 * Throws  COMMAND_NOT_FOUND, COMMAND_MODEL_NEVER_SERVED, COMMAND_MODEL_SCORES_GONE, COMMAND_IDEMPOTENCY_REUSED
 */
export function rollbackModel(scope: Scope, target: ModelRollback, idempotencyKey: string | null): Promise<JobRecord> {
  const { workspaceId } = scope;
  const { modelKey: model, version, askedBy } = target;
  return writing(scope, async (tx) => {
    const held = await heldModel(tx, scope, target);
    if (!held) throw commandErrors.COMMAND_NOT_FOUND({ what: 'model' });
    if (held.status === null) throw commandErrors.COMMAND_NOT_FOUND({ what: `version of model "${model}"` });
    if (!held.wasServed) throw commandErrors.COMMAND_MODEL_NEVER_SERVED({ model, version });
    if (!held.kept.includes(version)) {
      throw commandErrors.COMMAND_MODEL_SCORES_GONE({ model, version, kept: held.kept.join(', ') });
    }
    const { modelId } = held;
    const params = { modelId, version };
    const { record: job, fresh } = await makeRun(tx, scope, { job: 'models.score', params, idempotencyKey });
    if (!fresh || held.live === version) return job;
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
