import { sql } from 'kysely';
import { z } from 'zod';
import {
  REFIT_KINDS,
  modelDriftSchema,
  type ClusterLabelCount,
  type ClusterLife,
  type ClusterMigration,
  type ModelId,
  type ModelLook,
  type Page,
  type PageRequest,
  type RefitSetting,
} from '@kohort/kernel-contracts';
import { ms } from './columns';
import { reading, type Scope } from './deadline';
import { cursorText, listOf, parseCursor, toPage } from './paging';
import { readErrors } from './read.errors';

interface Between {
  readonly fromMs: number;
  readonly toMs: number;
}

const served = z.object({ version: z.number().int(), card: z.json() }).nullable();
const answer = z.object({
  before: served,
  after: served,
  flows: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), people: z.number().int() })),
});

const refitKind = z.enum(REFIT_KINDS);

const instant = (epochMs: number) => sql`${new Date(epochMs).toISOString()}::timestamptz`;

/**
 * A person's cluster under a version is where the last move went along the versions that it follows, one after the other:
 * a return to an earlier version brings none of its own. The last move is the greatest text of place and key, which needs
 * no sorting of people.
 */
async function migration(scope: Scope, modelId: ModelId, { fromMs, toMs }: Between): Promise<ClusterMigration> {
  const of = sql`workspace_id = ${scope.workspaceId} and model_id = ${modelId}`;
  const servedAt = (ms: number) => sql`select version from model_serving
    where ${of} and served_at < ${instant(ms)} order by served_at desc, place desc limit 1`;
  const line = (ms: number) => sql`(
    (select version, 0 as behind from (${servedAt(ms)}) as served)
    union all
    select v.follows, behind + 1 from past join model_version v using (version) where ${of} and v.follows is not null)`;
  const last = (place: 'was' | 'now') => sql`nullif(substr(
    max((${sql.ref(place)} || coalesce('+' || to_key, '-')) collate "C"), 11), '')`;
  const place = sql`lpad((999999999 - behind)::text, 9, '0')`;
  const told = (ms: number) => sql`(
    select jsonb_build_object('version', version, 'card', card) from model_version
    where ${of} and version = (${servedAt(ms)}))`;
  const { rows } = await reading(scope, (tx) =>
    sql<Record<string, unknown>>`
      with before as (with recursive past as ${line(fromMs)} select version, ${place} as was from past),
      after as (with recursive past as ${line(toMs)} select version, ${place} as now from past),
      person as (
        select ${last('was')} as was, ${last('now')} as now
        from cluster_move join (before full join after using (version)) using (version) where ${of} group by profile_id),
      flow as (
        select was, now, count(*) as people from person where was is not null or now is not null group by was, now)
      select ${told(fromMs)} as before, ${told(toMs)} as after, coalesce((
        select jsonb_agg(jsonb_build_object('from', was, 'to', now, 'people', people) order by was, now) from flow),
        '[]'::jsonb) as flows`.execute(tx),
  );
  return answer.parse(rows[0]);
}

async function refit(scope: Scope, modelId: ModelId): Promise<RefitSetting> {
  const row = await reading(scope, (tx) =>
    tx
      .selectFrom('model_refit')
      .select(['kind', 'every_days'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('model_id', '=', modelId)
      .executeTakeFirst(),
  );
  return { kind: refitKind.parse(row?.kind ?? 'never'), everyDays: row?.every_days ?? null };
}

async function looks(scope: Scope, modelId: ModelId, request: PageRequest): Promise<Page<ModelLook>> {
  const mark = listOf(scope, 'modelLooks', modelId);
  const [after = null] = parseCursor(request.after, cursorText, mark) ?? [];
  const place = sql`day::text || '/' || lpad(version::text, 9, '0')`;
  const { rows } = await reading(scope, (tx) =>
    sql<{ version: number; day: string; place: string; looked_at: Date; drift: unknown }>`
      select version, day::text as day, ${place} as place, looked_at, drift from model_look
      where workspace_id = ${scope.workspaceId} and model_id = ${modelId}
        and (${after}::text is null or (${place}) < ${after}::text collate "C")
      order by model_look.day desc, version desc limit ${request.first + 1}`.execute(tx),
  );
  const node = ({ version, day, looked_at, drift }: (typeof rows)[number]): ModelLook => {
    return { version, day, lookedAt: ms(looked_at), drift: modelDriftSchema.parse(drift) };
  };
  return toPage(rows, { request, list: mark, node, cursor: (row) => [row.place] });
}

/** Values of a trait that can be groups, times the clusters that there may be. */
const MOST_COUNTS = 5_000;

async function labels(scope: Scope, modelId: ModelId, trait: string): Promise<readonly ClusterLabelCount[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<{ cluster: string | null; label: string | null; people: string }>`
      with label as (
        select distinct on (profile_id) profile_id, nullif(value, 'null'::jsonb) #>> '{}' as label from (
          select profile_id, value, valid_from, message_id from trait_value
          where workspace_id = ${scope.workspaceId} and key = ${trait} and valid_from <= now()
          group by profile_id, value, valid_from, message_id having sum(sign) > 0) as standing
        order by profile_id, valid_from desc, message_id desc)
      select s.cluster_key as cluster, l.label, count(*) as people
      from live_score s left join label l using (profile_id)
      where s.workspace_id = ${scope.workspaceId} and s.model_id = ${modelId}
      group by 1, 2 order by 1, 2 limit ${MOST_COUNTS + 1}`.execute(tx),
  );
  if (rows.length > MOST_COUNTS) throw readErrors.READ_TOO_MANY_GROUPS({ trait });
  return rows.map(({ cluster, label, people }) => ({ cluster, group: label, people: Number(people) }));
}

/** The past of clusters, from the moves that each version brought; one reading of the model's moves an answer. */
export function clusterLife(scope: Scope): ClusterLife {
  return {
    migration: (modelId, between) => migration(scope, modelId, between),
    refit: (modelId) => refit(scope, modelId),
    looks: (modelId, page) => looks(scope, modelId, page),
    labels: (modelId, trait) => labels(scope, modelId, trait),
  };
}
