import { sql } from 'kysely';
import type { Fence, ModelGrade, ModelId, ModelStore, ServedVersion, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { holdFence } from '../fence';
import { jsonOf } from '../read/columns';

/** People a transaction: the horizon of the commit-safe readers stands still while it is open. */
const PAGE_PEOPLE = 5_000;

interface OfVersion {
  readonly modelId: ModelId;
  readonly version: number;
}

interface ServedRow {
  version: number;
  artifact_key: string | null;
  artifact_sha256: Buffer | null;
  card: unknown;
  grade: ModelGrade | null;
  seed: string;
  fit_of: number | null;
  keys: string[];
}

/** See the port. */
export async function servedVersion(database: Database, fence: Fence, modelId: ModelId): Promise<ServedVersion | null> {
  const { workspaceId, runId } = fence;
  const { rows } = await database.inWorkspace(workspaceId, (tx) =>
    sql<ServedRow>`
      select s.version, s.artifact_key, s.artifact_sha256, s.card, s.grade, s.seed, s.fit_of,
        array(select distinct c ->> 'key' from model_version o
          cross join jsonb_array_elements(case when jsonb_typeof(o.card -> 'clusters') = 'array'
            then o.card -> 'clusters' else '[]'::jsonb end) as c
          where o.workspace_id = m.workspace_id and o.model_id = m.id and o.run_id <> ${runId}::uuid order by 1) as keys
      from model m
      left join model_version own
        on own.workspace_id = m.workspace_id and own.model_id = m.id and own.run_id = ${runId}::uuid
      join model_version s on s.workspace_id = m.workspace_id and s.model_id = m.id
        and s.version = case when exists (select 1 from model_serving e where e.workspace_id = own.workspace_id
          and e.model_id = own.model_id and e.version = own.version) then own.follows else m.live_version end
      where m.workspace_id = ${workspaceId} and m.id = ${modelId}`.execute(tx),
  );
  const [row] = rows;
  if (!row) return null;
  const { version, grade, keys, artifact_key: artifactKey, fit_of: fitOf } = row;
  const artifactSha256 = row.artifact_sha256?.toString('hex') ?? null;
  return { version, grade, keys, artifactKey, artifactSha256, fitOf, seed: Number(row.seed), card: jsonOf(row.card) };
}

/** See the port. */
export async function clusterKeys(
  database: Database,
  workspaceId: WorkspaceId,
  { modelId, version, profileIds }: OfVersion & { readonly profileIds: readonly string[] },
): Promise<readonly (string | null | undefined)[]> {
  const { rows } = await database.inWorkspace(workspaceId, (tx) =>
    sql<{ profile_id: string; cluster_key: string | null }>`
      select profile_id, cluster_key from score
      where workspace_id = ${workspaceId} and model_id = ${modelId} and version = ${version}
        and profile_id = any(${profileIds}::uuid[])`.execute(tx),
  );
  const known = new Map(rows.map((row) => [row.profile_id, row.cluster_key]));
  return profileIds.map((id) => known.get(id));
}

/** One page of the people of either version; see the port. */
export function saveClusterMoves(
  database: Database,
  fence: Fence,
  { modelId, version, after }: OfVersion & { readonly after: string | null },
): ReturnType<ModelStore['saveClusterMoves']> {
  const { workspaceId } = fence;
  return database.inWorkspace(workspaceId, async (tx) => {
    await holdFence(tx, fence);
    if (after === null) {
      await sql`delete from cluster_move
        where workspace_id = ${workspaceId} and model_id = ${modelId} and version = ${version}`.execute(tx);
    }
    const own = sql`select follows from model_version
      where workspace_id = ${workspaceId} and model_id = ${modelId} and version = ${version}`;
    const of = sql`workspace_id = ${workspaceId} and model_id = ${modelId}`;
    // Whoever is among the first of both versions together is among the first of each: nothing needs to be joined. A join
    // would read the whole version for each person as long as the statistics know nothing of it, which is now.
    const some = (which: ReturnType<typeof sql>, keys: ReturnType<typeof sql>) => sql`
      select profile_id, ${keys} from score where ${of} and version = (${which})
        and (${after}::uuid is null or profile_id > ${after}::uuid) order by profile_id limit ${PAGE_PEOPLE}`;
    const { rows } = await sql<{ last: string | null; people: string }>`
      with page as materialized (
        select profile_id, max(from_key) as from_key, max(to_key) as to_key from (
          (${some(sql`${version}::int`, sql`null::text as from_key, cluster_key as to_key`)})
          union all (${some(own, sql`cluster_key, null::text`)})) as either
        group by profile_id order by profile_id limit ${PAGE_PEOPLE}),
      moved as (
        insert into cluster_move (workspace_id, model_id, version, profile_id, from_key, to_key)
        select ${workspaceId}::uuid, ${modelId}::uuid, ${version}::int, profile_id, from_key, to_key
        from page where from_key is distinct from to_key)
      select count(*) as people, (array_agg(profile_id order by profile_id desc))[1] as last from page`.execute(tx);
    const [page] = rows;
    return Number(page?.people ?? 0) < PAGE_PEOPLE ? null : (page?.last ?? null);
  });
}
