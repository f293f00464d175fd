import { sql } from 'kysely';
import { modelCardSchema, type Json, type LineageRecords } from '@kohort/kernel-contracts';
import { jsonOf } from './columns';
import { reading, type Scope } from './deadline';

/** A workspace has fewer of anything that is listed here; names behind it are left out. */
const MOST = 5_000;
/** Batches whose events are looked at for what neither live calls nor a weekly profile have told of. */
const LATEST_BATCHES = 50;

interface SegmentRow {
  readonly key: string;
  readonly name: string;
  readonly rule: unknown;
}

interface ModelRow {
  readonly key: string;
  readonly name: string;
  readonly card: unknown;
}

/** What a model was fitted on; nothing where its card is of another shape. */
function fittedOn(card: Json): { readonly features: readonly string[]; readonly event: string | null } {
  const parsed = modelCardSchema.safeParse(card);
  if (!parsed.success) return { features: [], event: null };
  return { features: parsed.data.features, event: parsed.data.kind === 'propensity' ? parsed.data.event : null };
}

/** Everything of a workspace that uses another thing by name. */
export function readLineage(scope: Scope): Promise<LineageRecords> {
  const { workspaceId } = scope;
  return reading(scope, async (tx) => {
    const sources = await sql<{ key: string; name: string; events: readonly string[] }>`
      with known as (
        select source_id, event as name from event_hour where workspace_id = ${workspaceId}::uuid
        union
        select s.id, q.event from quality_snapshot q
          join source s on s.workspace_id = q.workspace_id and s.key = q.subject_key
          where q.workspace_id = ${workspaceId}::uuid and q.subject_kind = 'event'
        union
        select e.source_id, e.name from event e
          where e.workspace_id = ${workspaceId}::uuid and e.batch_id = any(array(
            select id from batch where workspace_id = ${workspaceId}::uuid and kind = 'events'
            order by created_at desc limit ${LATEST_BATCHES})))
      select s.key, s.name,
        coalesce(array_agg(distinct k.name order by k.name) filter (where k.name <> ''), '{}') as events
      from source s left join known k on k.source_id = s.id
      where s.workspace_id = ${workspaceId}::uuid group by s.key, s.name order by s.key limit ${MOST}`.execute(tx);
    const segments = await sql<SegmentRow>`
      select s.key, s.name, v.rule from segment s
      left join segment_version v on v.workspace_id = s.workspace_id and v.segment_id = s.id
        and v.version = s.live_version
      where s.workspace_id = ${workspaceId}::uuid and s.status <> 'archived' order by s.key limit ${MOST}`.execute(tx);
    const models = await sql<ModelRow>`
      select m.key, m.name, v.card from model m
      left join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id and v.version = m.live_version
      where m.workspace_id = ${workspaceId}::uuid order by m.key limit ${MOST}`.execute(tx);
    const destinations = await sql<{ key: string; name: string; segments: readonly string[] }>`
      select d.key, d.name, coalesce(array_agg(s.key order by s.key) filter (where s.key is not null), '{}') as segments
      from destination d
      left join sync y on y.workspace_id = d.workspace_id and y.destination_id = d.id
      left join segment s on s.workspace_id = y.workspace_id and s.id = y.segment_id
      where d.workspace_id = ${workspaceId}::uuid group by d.key, d.name order by d.key limit ${MOST}`.execute(tx);
    return {
      sources: sources.rows,
      segments: segments.rows.map(({ key, name, rule }) => ({ key, name, rule: rule === null ? null : jsonOf(rule) })),
      models: models.rows.map(({ key, name, card }) => ({ key, name, ...fittedOn(jsonOf(card)) })),
      destinations: destinations.rows,
    };
  });
}
