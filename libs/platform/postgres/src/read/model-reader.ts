import { sql } from 'kysely';
import { z } from 'zod';
import {
  SERVING_CAUSES,
  modelIdSchema,
  profileIdSchema,
  type ModelReader,
  type ModelRecord,
  type ModelServing,
  type ModelVersionRecord,
  type Page,
  type PageRequest,
  type ScoreRecord,
} from '@kohort/kernel-contracts';
import { jsonOf, ms } from './columns';
import { reading, type Scope } from './deadline';
import { cursorNumber, cursorText, cursorUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

const servingCause = z.enum(SERVING_CAUSES);
const MODEL_COLUMNS = ['id', 'key', 'name', 'kind', 'live_version', 'created_at'] as const;

interface ModelRow {
  id: string;
  key: string;
  name: string;
  kind: string;
  live_version: number | null;
  created_at: Date;
}

interface VersionRow {
  model_id: string;
  version: number;
  status: string;
  grade: string | null;
  run_id: string;
  seed: string;
  as_of: Date;
  artifact_key: string | null;
  card: unknown;
  created_at: Date;
  fit_of: number | null;
}

interface ScoreRow {
  model_id: string;
  profile_id: string;
  version: number;
  as_of: Date;
  probability: number | null;
  percentile: number | null;
  cluster_key: string | null;
  distance: number | null;
  confidence: number | null;
  outlier_score: number | null;
}

// A version that scores by the fit of another was trained by the run of that one.
const versionColumns = sql.raw(
  `v.model_id, v.version, v.status, v.grade, v.seed, v.as_of, v.artifact_key, v.card, v.created_at, v.fit_of,
    coalesce((select o.run_id from model_version o where o.workspace_id = v.workspace_id and o.model_id = v.model_id
      and o.version = v.fit_of), v.run_id) as run_id`,
);
const scoreColumns = sql.raw(
  's.model_id, s.profile_id, s.version, s.as_of, s.probability, s.percentile, s.cluster_key, s.distance, s.confidence, ' +
    's.outlier_score',
);

function toModel(row: ModelRow): ModelRecord {
  return {
    id: modelIdSchema.parse(row.id),
    key: row.key,
    name: row.name,
    kind: row.kind,
    liveVersion: row.live_version,
    createdAt: ms(row.created_at),
  };
}

function toVersion(row: VersionRow): ModelVersionRecord {
  return {
    modelId: modelIdSchema.parse(row.model_id),
    version: row.version,
    status: row.status,
    grade: row.grade,
    runId: row.run_id,
    seed: Number(row.seed),
    asOf: ms(row.as_of),
    artifactKey: row.artifact_key,
    card: jsonOf(row.card),
    createdAt: ms(row.created_at),
    fitOf: row.fit_of,
  };
}

function toScore(row: ScoreRow): ScoreRecord {
  return {
    modelId: modelIdSchema.parse(row.model_id),
    profileId: profileIdSchema.parse(row.profile_id),
    version: row.version,
    asOf: ms(row.as_of),
    probability: row.probability,
    percentile: row.percentile,
    clusterKey: row.cluster_key,
    distance: row.distance,
    confidence: row.confidence,
    outlierScore: row.outlier_score,
  };
}

async function list(scope: Scope, request: PageRequest): Promise<Page<ModelRecord>> {
  const mark = listOf(scope, 'models');
  const after = parseCursor(request.after, cursorText, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx.selectFrom('model').select(MODEL_COLUMNS).where('workspace_id', '=', scope.workspaceId);
    if (after) query = query.where('key', '>', after[0]);
    return query
      .orderBy('key')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toModel, cursor: (row) => [row.key] });
}

async function versions(scope: Scope, modelId: string, request: PageRequest): Promise<Page<ModelVersionRecord>> {
  const mark = listOf(scope, 'modelVersions', modelId);
  const after = parseCursor(request.after, cursorNumber, mark);
  const { rows } = await reading(scope, (tx) =>
    sql<VersionRow>`
      select ${versionColumns} from model_version v
      where v.workspace_id = ${scope.workspaceId} and v.model_id = ${modelId}
        and (${after?.[0] ?? null}::int is null or v.version < ${after?.[0] ?? null}::int)
      order by v.version desc limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toVersion, cursor: (row) => [String(row.version)] });
}

async function servings(scope: Scope, modelId: string, request: PageRequest): Promise<Page<ModelServing>> {
  const mark = listOf(scope, 'modelServings', modelId);
  const after = parseCursor(request.after, cursorNumber, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('model_serving')
      .select(['place', 'version', 'served_at', 'cause', 'asked_by'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('model_id', '=', modelId);
    if (after) query = query.where('place', '<', Number(after[0]));
    return query
      .orderBy('place', 'desc')
      .limit(request.first + 1)
      .execute();
  });
  const node = ({ version, served_at, cause, asked_by }: (typeof rows)[number]): ModelServing => {
    return { version, servedAt: ms(served_at), cause: servingCause.parse(cause), askedBy: asked_by };
  };
  return toPage(rows, { request, list: mark, node, cursor: (row) => [String(row.place)] });
}

async function currentVersions(scope: Scope, ids: readonly string[]): Promise<readonly ModelVersionRecord[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<VersionRow>`
      select distinct on (v.model_id) ${versionColumns}
      from model_version v join model m on m.workspace_id = v.workspace_id and m.id = v.model_id
      where v.workspace_id = ${scope.workspaceId} and v.model_id = any(${uuidsOf(ids)}::uuid[])
      order by v.model_id, (v.version = m.live_version) desc nulls last, v.version desc`.execute(tx),
  );
  return rows.map(toVersion);
}

async function scoresOf(scope: Scope, profileId: string, request: PageRequest): Promise<Page<ScoreRecord>> {
  const mark = listOf(scope, 'scores', profileId);
  const after = parseCursor(request.after, cursorUuid, mark);
  const behind = after ? sql`and m.id > ${after[0]}::uuid` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<ScoreRow>`
      select ${scoreColumns}
      from model m join score s
        on s.workspace_id = m.workspace_id and s.model_id = m.id and s.version = m.live_version
      where m.workspace_id = ${scope.workspaceId} and s.profile_id = ${profileId} ${behind}
      order by m.id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toScore, cursor: (row) => [row.model_id] });
}

async function score(scope: Scope, profileId: string, modelId: string): Promise<ScoreRecord | null> {
  if (uuidsOf([profileId, modelId]).length < 2) return null;
  const { rows } = await reading(scope, (tx) =>
    sql<ScoreRow>`
      select ${scoreColumns}
      from model m join score s
        on s.workspace_id = m.workspace_id and s.model_id = m.id and s.version = m.live_version
      where m.workspace_id = ${scope.workspaceId} and m.id = ${modelId} and s.profile_id = ${profileId}`.execute(tx),
  );
  return rows[0] ? toScore(rows[0]) : null;
}

async function outliers(scope: Scope, modelId: string, request: PageRequest): Promise<Page<ScoreRecord>> {
  const mark = listOf(scope, 'outliers', modelId);
  const after = parseCursor(request.after, cursorUuid, mark);
  const behind = after ? sql`and s.profile_id > ${after[0]}::uuid` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<ScoreRow>`
      select ${scoreColumns}
      from model m join score s
        on s.workspace_id = m.workspace_id and s.model_id = m.id and s.version = m.live_version
      where m.workspace_id = ${scope.workspaceId} and m.id = ${modelId} and s.outlier_score >= 0.5 ${behind}
      order by s.profile_id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toScore, cursor: (row) => [row.profile_id] });
}

/** Models, their versions and the scores that are served. */
export function modelReader(scope: Scope): ModelReader {
  const by = (column: 'id' | 'key', values: readonly string[]): Promise<readonly ModelRecord[]> =>
    reading(scope, async (tx) => {
      const rows = await tx
        .selectFrom('model')
        .select(MODEL_COLUMNS)
        .where('workspace_id', '=', scope.workspaceId)
        .where(column, 'in', [...values])
        .execute();
      return rows.map(toModel);
    });
  return {
    list: (page) => list(scope, page),
    byIds: async (ids) => (uuidsOf(ids).length === 0 ? [] : by('id', uuidsOf(ids))),
    byKeys: async (keys) => (keys.length === 0 ? [] : by('key', keys)),
    versions: (modelId, page) => versions(scope, modelId, page),
    servings: (modelId, page) => servings(scope, modelId, page),
    currentVersions: (ids) => currentVersions(scope, ids),
    scoresOf: (profileId, page) => scoresOf(scope, profileId, page),
    score: (profileId, modelId) => score(scope, profileId, modelId),
    outliers: (modelId, page) => outliers(scope, modelId, page),
  };
}
