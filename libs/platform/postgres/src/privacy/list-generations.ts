import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Database } from '../database';

/**
 * The keys that entries of the suppression list were made under, over all workspaces.
 *
 * Cost    one look at an index a workspace; for the start of a process
 */
export async function listGenerations(database: Database): Promise<ReadonlySet<string>> {
  const workspaces = await sql<{ id: WorkspaceId }>`select workspace_id as id from workspace order by 1`.execute(
    database.relay,
  );
  const found = new Set<string>();
  for (const { id } of workspaces.rows) {
    const rows = await database.inWorkspace(id, (tx) =>
      sql<{ generation: string }>`
        select distinct generation from suppression where workspace_id = ${id}::uuid`.execute(tx),
    );
    for (const { generation } of rows.rows) found.add(generation);
  }
  return found;
}
