import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  modelIdSchema,
  type Fence,
  type ModelId,
  type ModelStore,
  type NewModelVersion,
  type ServingCause,
  type ScoreRow,
} from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { appendOutbox } from '../outbox';
import { saveCheckpoint } from '../runs/run-handler';
import { clusterKeys, saveClusterMoves, servedVersion } from './cluster-moves';
import { raiseModelAlert, resolveModelAlert } from './model-alert';
import { serveVersion } from './serve-version';

const modelErrors = defineErrors({
  MODELS_KIND_DIFFERS: {
    kind: 'conflict',
    message: (d) => `model "${String(d['key'])}" exists and is a ${String(d['kind'])} model; choose another key`,
  },
  MODELS_OVERTAKEN: {
    kind: 'transient',
    message: (d) => `another version of the model went live while ${String(d['version'])} was made; it is matched anew`,
  },
});

/** Versions kept beside the live one, so that a rollback finds its scores. */
const KEPT_VERSIONS = 2;

async function openVersion(
  database: Database,
  fence: Fence,
  target: { modelId: ModelId; version: NewModelVersion },
): Promise<number> {
  return database.inWorkspace(fence.workspaceId, async (tx) => {
    await holdFence(tx, fence);
    // The model's row serialises two runs that want the next number.
    const model = await tx
      .selectFrom('model')
      .select('live_version')
      .where('workspace_id', '=', fence.workspaceId)
      .where('id', '=', target.modelId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const mine = await tx
      .selectFrom('model_version')
      .select([
        'version',
        'follows',
        sql<boolean>`exists (select 1 from model_serving s
        where s.workspace_id = model_version.workspace_id and s.model_id = model_version.model_id
          and s.version = model_version.version)`.as('served'),
      ])
      .where('workspace_id', '=', fence.workspaceId)
      .where('model_id', '=', target.modelId)
      .where('run_id', '=', fence.runId)
      .executeTakeFirst();
    const last = await tx
      .selectFrom('model_version')
      .select((eb) => eb.fn.max('version').as('version'))
      .where('workspace_id', '=', fence.workspaceId)
      .where('model_id', '=', target.modelId)
      .executeTakeFirst();
    const number = mine?.version ?? (last?.version ?? 0) + 1;
    const { version } = target;
    const standing = mine?.served ? mine.follows : model.live_version;
    const columns = {
      status: version.status,
      grade: version.grade,
      seed: version.seed,
      as_of: new Date(version.asOf),
      artifact_key: version.artifactKey,
      artifact_sha256: version.artifactSha256 === null ? null : Buffer.from(version.artifactSha256, 'hex'),
      card: JSON.stringify(version.card),
      follows: version.follows === undefined ? standing : version.follows,
      fit_of: version.fitOf ?? null,
    };
    await tx
      .insertInto('model_version')
      .values({
        workspace_id: fence.workspaceId,
        model_id: target.modelId,
        version: number,
        run_id: fence.runId,
        ...columns,
      })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'model_id', 'version']).doUpdateSet(columns))
      .execute();
    return number;
  });
}

async function saveScores(
  database: Database,
  fence: Fence,
  write: { modelId: ModelId; version: number; asOf: number; rows: readonly ScoreRow[] },
): Promise<void> {
  const { rows } = write;
  await database.inWorkspace(fence.workspaceId, async (tx) => {
    await holdFence(tx, fence);
    await sql`
      insert into score (workspace_id, model_id, version, as_of, profile_id, probability, percentile, cluster_key, distance, confidence,
        outlier_score)
      select ${fence.workspaceId}::uuid, ${write.modelId}::uuid, ${write.version}::int, ${new Date(write.asOf)}::timestamptz, r.*
      from unnest(
        ${rows.map((row) => row.profileId)}::uuid[], ${rows.map((row) => row.probability)}::float8[],
        ${rows.map((row) => row.percentile)}::float8[], ${rows.map((row) => row.clusterKey)}::text[],
        ${rows.map((row) => row.distance)}::float8[], ${rows.map((row) => row.confidence)}::float8[],
        ${rows.map((row) => row.outlierScore ?? null)}::float8[]) as r
      on conflict (workspace_id, model_id, version, profile_id) do update set
        probability = excluded.probability, percentile = excluded.percentile, cluster_key = excluded.cluster_key,
        distance = excluded.distance, confidence = excluded.confidence,
        outlier_score = excluded.outlier_score, as_of = excluded.as_of`.execute(tx);
  });
}

/**
 * Clusters go on from one version to the next: what was matched with a version that is no longer served is not served. Nor
 * is a version that others have retired while it was written, of any kind: its first pages are gone.
 */
async function requireStanding(
  tx: WorkspaceTransaction,
  fence: Fence,
  target: { modelId: ModelId; version: number },
): Promise<{ readonly live: boolean; readonly served: boolean; readonly cause: ServingCause }> {
  // In a statement of its own, for the next one to see what others did while this one waited.
  await sql`select 1 from model where workspace_id = ${fence.workspaceId} and id = ${target.modelId} for update`.execute(
    tx,
  );
  const { rows } = await sql<{ stands: boolean; live: boolean; served: boolean; is_score: boolean }>`
    select v.status <> 'retired'
        and ((m.kind <> 'clustering' and v.fit_of is null) or m.live_version is not distinct from v.follows) as stands,
      m.live_version is not distinct from v.version as live, v.fit_of is not null as is_score,
      exists (select 1 from model_serving s where s.workspace_id = m.workspace_id and s.model_id = m.id
        and s.version = v.version) as served
    from model m join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id
    where m.workspace_id = ${fence.workspaceId} and m.id = ${target.modelId} and v.version = ${target.version}`.execute(
    tx,
  );
  const { stands = false, live = false, served = false, is_score: isScore = false } = rows[0] ?? {};
  if (!served && !stands) throw modelErrors.MODELS_OVERTAKEN({ version: target.version });
  return { live, served, cause: isScore ? 'score' : 'fit' };
}

/**
 * Lets go of the scores of all but the versions that were served last. What is being written is of a later version, or is
 * retired with its pages and not served any more.
 */
async function retireOthers(
  tx: WorkspaceTransaction,
  fence: Fence,
  target: { modelId: ModelId; version: number },
): Promise<void> {
  const kept = sql`select version from model_serving
    where workspace_id = ${fence.workspaceId} and model_id = ${target.modelId}
    group by version order by max(place) desc limit ${KEPT_VERSIONS + 1}`;
  const old = sql`workspace_id = ${fence.workspaceId} and model_id = ${target.modelId}
    and version < ${target.version - KEPT_VERSIONS}::int and version not in (${kept})`;
  await sql`update model_version set status = 'retired' where ${old} and status = 'ready'`.execute(tx);
  await sql`delete from score where ${old}`.execute(tx);
}

async function goLive(database: Database, fence: Fence, target: { modelId: ModelId; version: number }): Promise<void> {
  await database.inWorkspace(fence.workspaceId, async (tx) => {
    await holdFence(tx, fence);
    const { live, served, cause } = await requireStanding(tx, fence, target);
    // A run that is repeated behind its end: if another version was returned to meanwhile, that one stays.
    if (served && !live) return;
    if (!served) await serveVersion(tx, { ...target, workspaceId: fence.workspaceId, cause });
    await retireOthers(tx, fence, target);
    await resolveModelAlert(tx, { ...target, workspaceId: fence.workspaceId, kind: 'damage' });
    await appendOutbox(tx, 'ScoresChanged', { workspaceId: fence.workspaceId, runId: fence.runId });
  });
}

/** The model registry in PostgreSQL; see the port for what a caller may rely on. */
export function modelStore(database: Database): ModelStore {
  return {
    ensureModel: (workspaceId, model) =>
      database.inWorkspace(workspaceId, async (tx) => {
        await tx
          .insertInto('model')
          .values({ workspace_id: workspaceId, id: randomUUID(), key: model.key, name: model.name, kind: model.kind })
          .onConflict((conflict) => conflict.columns(['workspace_id', 'key']).doNothing())
          .execute();
        const row = await tx
          .selectFrom('model')
          .select(['id', 'kind'])
          .where('workspace_id', '=', workspaceId)
          .where('key', '=', model.key)
          .executeTakeFirstOrThrow();
        if (row.kind !== model.kind) throw modelErrors.MODELS_KIND_DIFFERS({ key: model.key, kind: row.kind });
        return modelIdSchema.parse(row.id);
      }),
    served: (fence, modelId) => servedVersion(database, fence, modelId),
    clusterKeys: (workspaceId, at, profileIds) => clusterKeys(database, workspaceId, { ...at, profileIds }),
    openVersion: (fence, modelId, version) => openVersion(database, fence, { modelId, version }),
    saveCheckpoint: (fence, checkpoint) =>
      database.inWorkspace(fence.workspaceId, (tx) => saveCheckpoint(tx, fence, checkpoint)),
    saveScores: (fence, at, rows) => saveScores(database, fence, { ...at, rows }),
    saveClusterMoves: (fence, at, after) => saveClusterMoves(database, fence, { ...at, after }),
    raiseDamage: (fence, modelId, people) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        const of = { workspaceId: fence.workspaceId, modelId, kind: 'damage' } as const;
        await raiseModelAlert(tx, of, { what: 'stored model', value: people, limit: 0 });
      }),
    goLive: (fence, modelId, version) => goLive(database, fence, { modelId, version }),
  };
}
