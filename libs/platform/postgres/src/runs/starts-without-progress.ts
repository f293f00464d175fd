import type { RunId, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database } from '../database';

/**
 * How often a run was started since its last checkpoint (since its beginning without one). Work that moves on between
 * two crashes is not what ends its worker; 0 for a run that is not there.
 */
export async function startsWithoutProgress(
  database: Database,
  ids: { readonly workspaceId: WorkspaceId; readonly runId: RunId },
): Promise<number> {
  const run = await database.inWorkspace(ids.workspaceId, (tx) =>
    tx
      .selectFrom('run')
      .select('starts')
      .where('workspace_id', '=', ids.workspaceId)
      .where('id', '=', ids.runId)
      .executeTakeFirst(),
  );
  return run?.starts ?? 0;
}
