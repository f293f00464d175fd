import { sql } from 'kysely';
import type { ChangedQuestion, FillMark, ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** The database's clock, the oldest transaction under way and the models that serve, of one instant. */
export async function takeMark(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<FillMark> {
  const answer = await sql<FillMark>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      pg_snapshot_xmin(pg_current_snapshot())::text as xid,
      coalesce((select string_agg(key || ':' || live_version, ' ' order by key) from model
        where workspace_id = ${workspaceId}::uuid), '') as models`.execute(tx);
  return answer.rows[0] ?? { now: 0, xid: '0', models: '' };
}

/** People of whom something was written from the mark on that rules look at. See the port. */
export async function changedSince(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { mark, segmentIds, named }: ChangedQuestion,
): Promise<readonly ProfileId[]> {
  const since = sql`workspace_id = ${workspaceId}::uuid and xid >= ${mark.xid}::xid8`;
  const found = await sql<{ id: ProfileId }>`
    select distinct id from (
      select profile_id as id from event_assignment where ${since}
      union all select profile_id from trait_value where ${since}
      union all select profile_id from membership_change where ${since}
        and (segment_key = any(${[...named]}::text[]) or (cause <> 'edit' and segment_id = any(${[...segmentIds]}::uuid[])))
      union all select profile_id from consent_given where ${since}
      union all select id from profile
        where workspace_id = ${workspaceId}::uuid and unsuppressed_xid >= ${mark.xid}::xid8
      union all select m.profile_id from membership m join profile p on p.workspace_id = m.workspace_id
        and p.id = m.profile_id and (p.merged_into is not null or p.suppressed_at is not null)
        where m.workspace_id = ${workspaceId}::uuid and m.segment_id = any(${[...segmentIds]}::uuid[]) and m.member
    ) as changed order by id`.execute(tx);
  return found.rows.map(({ id }) => id);
}
