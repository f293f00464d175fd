import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { daysLeftOut } from './dedupe-days';

/**
 * Forgets dedupe keys whose days are over by the workspace's setting, so many at most. `usualDays`: where the workspace
 * has none. What another process is at is passed over.
 *
 * Cost    one statement; the BRIN index on the expiry finds the pages
 */
export async function expireKeys(
  database: Database,
  workspaceId: WorkspaceId,
  { limit, usualDays }: { readonly limit: number; readonly usualDays: number },
): Promise<number> {
  const gone = await database.inWorkspace(workspaceId, (tx) =>
    sql`
      delete from event_key k using (
        select source_id, message_id from event_key
        where workspace_id = ${workspaceId}::uuid and expires_at <= now() + ${daysLeftOut(workspaceId, usualDays)}
        limit ${limit} for update skip locked
      ) as old
      where k.workspace_id = ${workspaceId}::uuid and k.source_id = old.source_id and k.message_id = old.message_id`.execute(
      tx,
    ),
  );
  return Number(gone.numAffectedRows ?? 0);
}
