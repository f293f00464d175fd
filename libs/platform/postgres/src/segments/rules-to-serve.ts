import { sql } from 'kysely';
import type { RuleToServe, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { jsonOf } from '../read/columns';

/** Rules of a workspace as they will serve: of each segment the version that is being filled, else the one that serves. */
export async function readRulesToServe(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
): Promise<readonly RuleToServe[]> {
  const { rows } = await sql<{ key: string; rule: unknown }>`
    with filling as (
      select (params ->> 'segmentId')::uuid as id, max((params ->> 'version')::int) as version from run
      where workspace_id = ${workspaceId} and job = 'segments.backfill' and status in ('queued', 'running')
      group by 1)
    select s.key, v.rule from segment s left join filling f on f.id = s.id
    join segment_version v on v.workspace_id = s.workspace_id and v.segment_id = s.id
      and v.version = coalesce(f.version, s.live_version)
    where s.workspace_id = ${workspaceId} and s.status <> 'archived' and s.kind <> 'list'
    order by s.key`.execute(tx);
  return rows.map(({ key, rule }) => ({ key, rule: jsonOf(rule) }));
}
