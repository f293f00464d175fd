import { sql } from 'kysely';
import {
  runParams,
  segmentIdSchema,
  workspaceIdSchema,
  type Json,
  type SegmentRefreshes,
} from '@kohort/kernel-contracts';
import type { SegmentId, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { createRun } from '../runs/create-run';

interface Place {
  readonly workspaceId: WorkspaceId;
  readonly id: SegmentId;
}

/** Whether everybody is known whom the import brought: nothing that was there when it ended waits to be resolved. */
async function isResolved(tx: WorkspaceTransaction, workspaceId: WorkspaceId, askedAt: Date): Promise<boolean> {
  const found = await sql<{ open: boolean }>`
    select exists (
      select 1 from outbox o where o.workspace_id = ${workspaceId}::uuid and o.topic = 'EventsStored'
        and o.created_at <= ${askedAt}
        and (o.xid, o.seq) > (select p.xid, p.seq from reader_position p where p.reader = 'relay')
    ) or exists (
      select 1 from task t where t.workspace_id = ${workspaceId}::uuid and t.job = 'identity.resolve'
        and t.status in ('waiting', 'running') and t.created_at <= ${askedAt}
    ) as open`.execute(tx);
  return found.rows[0]?.open === false;
}

/**
 * Asks for one count that is due, in one transaction with the next instant: two processes that see the same slot write one
 * run. While an earlier count of the segment has not ended the slot is passed over.
 */
async function startSlot(tx: WorkspaceTransaction, { workspaceId, id }: Place): Promise<boolean> {
  const due = await sql<{ slot: string; version: number; asked: Date | null; isLive: boolean; open: boolean }>`
    select s.refresh_at::text as slot, s.live_version as version, s.status = 'live' as "isLive", s.refresh_asked_at as asked, exists (
      select 1 from run r where r.workspace_id = s.workspace_id and r.job = 'segments.backfill'
        and r.status in ('queued', 'running') and r.params ->> 'segmentId' = s.id::text) as open
    from segment s
    where s.workspace_id = ${workspaceId}::uuid and s.id = ${id}::uuid and s.refresh_at <= now()
    for update of s skip locked`.execute(tx);
  const [row] = due.rows;
  if (row === undefined) return false;
  if (row.asked !== null && !(await isResolved(tx, workspaceId, row.asked))) return false;
  // Slots that were missed while nobody ran are made up for by one count.
  await sql`update segment set refresh_at = now() + make_interval(mins => refresh_minutes), refresh_asked_at = null
    where workspace_id = ${workspaceId}::uuid and id = ${id}::uuid`.execute(tx);
  if (row.open || !row.isLive) return false;
  const refresh = row.asked === null ? 'time' : 'import';
  const params: Json = runParams['segments.backfill'].parse({ segmentId: id, version: row.version, refresh });
  const idempotencyKey = `refresh:${id}:${row.slot}`;
  return (await createRun(tx, { workspaceId, job: 'segments.backfill', params, idempotencyKey })).fresh;
}

/** Segments that are counted anew by themselves. See the port for what a caller may rely on. */
export function segmentRefreshes(database: Database): SegmentRefreshes {
  return {
    async startDue(limit) {
      const { rows } = await sql<{ workspace_id: string; id: string }>`
        select workspace_id, id from segment where refresh_at <= now() order by refresh_at limit ${limit}`.execute(
        database.relay,
      );
      let started = 0;
      for (const row of rows) {
        const workspaceId = workspaceIdSchema.parse(row.workspace_id);
        const place = { workspaceId, id: segmentIdSchema.parse(row.id) };
        if (await database.inWorkspace(workspaceId, (tx) => startSlot(tx, place))) started += 1;
      }
      return started;
    },
    afterImport: (workspaceId) =>
      database.inWorkspace(workspaceId, async (tx) => {
        await sql`update segment set refresh_at = now(), refresh_asked_at = clock_timestamp()
          where workspace_id = ${workspaceId}::uuid and refresh_minutes is not null and status = 'live'`.execute(tx);
      }),
  };
}
