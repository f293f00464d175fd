import { sql } from 'kysely';
import type { RunId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/**
 * A segment that serves nothing yet says how its fill ended: `failed`, or a draft again when a person did not want it.
 * Called where runs end, in the same transaction and behind it; other runs, and a repeat, change nothing.
 */
export async function endFirstFills(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  runIds: readonly RunId[],
): Promise<void> {
  const waiting = sql`r.workspace_id = ${workspaceId}::uuid and r.id = any(${[...runIds]}::uuid[])
    and r.job = 'segments.backfill' and r.status in ('failed', 'cancelled')
    and s.workspace_id = r.workspace_id and s.id = (r.params ->> 'segmentId')::uuid
    and s.live_version is null and s.status = 'backfilling'`;
  // The row is taken first: of two fills that end at the same time the later sees how the other ended.
  const { rows } =
    await sql`select 1 from segment s, run r where ${waiting} order by s.id for no key update of s`.execute(tx);
  if (rows.length === 0) return;
  await sql`update segment s set status = case r.status when 'failed' then 'failed' else 'draft' end
    from run r where ${waiting} and not exists (select 1 from run o
      where o.workspace_id = r.workspace_id and o.job = r.job and o.status in ('queued', 'running')
        and o.params ->> 'segmentId' = r.params ->> 'segmentId')`.execute(tx);
}
