import { sql } from 'kysely';
import type { QuarantineFilter, QuarantineStore } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { cursorInstantUuid, encodeCursor, parseCursor, uuidsOf } from '../read/paging';
import { saveCheckpoint } from '../runs/run-handler';
import { quarantineColumns, quarantineWhere, toQuarantined, type QuarantineRow } from './quarantine-rows';

/** Quarantined items in PostgreSQL. See the port for what a caller may rely on. */
export function quarantineStore(database: Database): QuarantineStore {
  const kept = (filter: QuarantineFilter, beforeMs: number) =>
    sql`${quarantineWhere(filter)} and kept_at <= ${new Date(beforeMs)}::timestamptz`;
  return {
    now: (workspaceId) =>
      database.inWorkspace(workspaceId, async (tx) => {
        // Rounded up, or an item kept within the same millisecond would be left out.
        const found = await sql<{ ms: number }>`
          select ceil(extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(tx);
        return found.rows[0]?.ms ?? 0;
      }),
    count: (workspaceId, filter, keptBeforeMs) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const found = await sql<{ items: string }>`
          select count(*) as items from refused_event
          where workspace_id = ${workspaceId}::uuid ${kept(filter, keptBeforeMs)}`.execute(tx);
        return Number(found.rows[0]?.items ?? 0);
      }),
    page: (workspaceId, filter, page) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const after = parseCursor(page.after, cursorInstantUuid, null);
        const behind = after ? sql`and (received_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
        const { rows } = await sql<QuarantineRow>`
          select ${quarantineColumns} from refused_event
          where workspace_id = ${workspaceId}::uuid ${kept(filter, page.keptBeforeMs)} ${behind}
          order by received_at, id limit ${page.limit}`.execute(tx);
        const last = rows.at(-1);
        return {
          items: rows.map(toQuarantined),
          after: last ? encodeCursor([last.received_text, last.id], null) : page.after,
        };
      }),
    forget: (workspaceId, ids) =>
      database.inWorkspace(workspaceId, async (tx) => {
        await sql`delete from refused_event
          where workspace_id = ${workspaceId}::uuid and id = any(${[...uuidsOf(ids)]}::uuid[])`.execute(tx);
      }),
    sweep: (workspaceId, days, limit) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const gone = await sql`
          delete from refused_event where workspace_id = ${workspaceId}::uuid and id in (
            select id from refused_event
            where workspace_id = ${workspaceId}::uuid and verdict = 'quarantined'
              and received_at < now() - ${days} * interval '1 day'
            order by received_at, id limit ${limit} for update skip locked)`.execute(tx);
        return Number(gone.numAffectedRows ?? 0n);
      }),
    saveCheckpoint: (fence, checkpoint) =>
      database.inWorkspace(fence.workspaceId, (tx) => saveCheckpoint(tx, fence, checkpoint)),
  };
}
