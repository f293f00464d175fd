import type { Fence, SourceCursor } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { keepRecords } from './source-records';
import { sourceErrors } from './source-errors';

/**
 * Moves the position of a connection in the transaction that stores what was read up to it. Only the run that holds the
 * connection may: two runs would move it back and forth.
 *
 * Throws  SOURCE_BUSY
 */
export async function moveCursor(tx: WorkspaceTransaction, fence: Fence, cursor: SourceCursor): Promise<void> {
  const moved = await tx
    .updateTable('source_connection')
    .set({ position: JSON.stringify(cursor.position) })
    .where('workspace_id', '=', fence.workspaceId)
    .where('id', '=', cursor.connectionId)
    .where('run_id', '=', fence.runId)
    .executeTakeFirst();
  if (moved.numUpdatedRows === 0n) throw sourceErrors.SOURCE_BUSY();
  if (cursor.records) await keepRecords(tx, fence, cursor);
}
