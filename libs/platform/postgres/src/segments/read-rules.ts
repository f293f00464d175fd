import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { LiveRules, SegmentKeys, SegmentRule, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** An instant as epoch milliseconds, whole. */
export const millis = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);

/** The database's clock, whole milliseconds. Not `now()`: the transaction may have waited for its locks. */
export async function databaseNow(tx: WorkspaceTransaction): Promise<number> {
  const answer = await sql<{ now: number }>`select ${millis('clock_timestamp()')} as now`.execute(tx);
  return answer.rows[0]?.now ?? 0;
}

const LIVE = (workspaceId: WorkspaceId) => sql`segment s join segment_version v
  on v.workspace_id = s.workspace_id and v.segment_id = s.id and v.version = s.live_version
  where s.workspace_id = ${workspaceId}::uuid and s.status = 'live' and s.kind <> 'list'`;

/** Workspaces whose rules are remembered. */
const MOST_REMEMBERED = 64;
const remembered = new Map<WorkspaceId, { readonly stamp: string; readonly rules: LiveRules }>();

/** What the database says of the same rules. */
function stampOf({ timezone, segments }: LiveRules): string {
  if (segments.length === 0) return timezone;
  const all = segments.map(({ segmentId, key, version, ruleHash }) => `${segmentId} ${key} ${version} ${ruleHash}`);
  return `${timezone} ${hash('md5', all.join(','), 'hex')}`;
}

/**
 * The rules that serve, by segment id. Segments that are paused, held or archived keep their members as they are.
 *
 * Cost    rules that are as they were are not read again: the same value is given out, and may be remembered by
 */
export async function readLiveRules(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<LiveRules> {
  return (await readRulesNow(tx, workspaceId)).rules;
}

/** The same with the database's clock: who holds the people needs not ask for it anew, nothing is written of them since. */
export async function readRulesNow(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
): Promise<{ readonly rules: LiveRules; readonly now: number }> {
  const asked = await sql<{ zone: string; stamp: string; now: number }>`
    select w.time_zone as zone, ${millis('clock_timestamp()')} as now, concat_ws(' ', w.time_zone, (
      select md5(string_agg(concat_ws(' ', s.id, s.key, v.version, encode(v.rule_hash, 'hex')), ',' order by s.id))
      from ${LIVE(workspaceId)})) as stamp
    from workspace w where w.workspace_id = ${workspaceId}::uuid`.execute(tx);
  const [row] = asked.rows;
  const known = remembered.get(workspaceId);
  if (row !== undefined && known?.stamp === row.stamp) return { rules: known.rules, now: row.now };
  const segments = await sql<SegmentRule>`
    select s.id as "segmentId", s.key, v.version, v.rule, encode(v.rule_hash, 'hex') as "ruleHash"
    from ${LIVE(workspaceId)} order by s.id`.execute(tx);
  const rules = { timezone: row?.zone ?? 'UTC', segments: segments.rows };
  remembered.delete(workspaceId);
  const [oldest] = remembered.size >= MOST_REMEMBERED ? remembered.keys() : [];
  if (oldest !== undefined) remembered.delete(oldest);
  // Not the stamp that was asked for: another version may have begun to serve between the two statements.
  remembered.set(workspaceId, { stamp: stampOf(rules), rules });
  return { rules, now: row?.now ?? (await databaseNow(tx)) };
}

/** Keys of all segments, by whether they serve. */
export async function readSegmentKeys(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<SegmentKeys> {
  const { rows } = await sql<{ key: string; stands: keyof SegmentKeys }>`select key,
      case when status = 'archived' then 'archived' when live_version is null then 'drafts' else 'served' end as stands
    from segment where workspace_id = ${workspaceId}::uuid order by key`.execute(tx);
  const of = (stands: keyof SegmentKeys) => rows.flatMap((row) => (row.stands === stands ? [row.key] : []));
  return { served: of('served'), drafts: of('drafts'), archived: of('archived') };
}
