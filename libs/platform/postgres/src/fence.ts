import { defineErrors } from '@kohort/kernel-errors';
import type { Fence } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from './database';

export const fenceErrors = defineErrors({
  POSTGRES_FENCE_LOST: {
    kind: 'cancelled',
    message: () => 'another worker has taken this run over; nothing was written',
  },
});

/**
 * First statement of an effect's transaction: holds the run's row while we commit, and refuses when a later start has
 * taken a higher fence. A worker that was paused longer than its lock may compute, but cannot commit.
 *
 * Throws  POSTGRES_FENCE_LOST
 */
export async function holdFence(tx: WorkspaceTransaction, fence: Fence): Promise<void> {
  const held = await tx
    .selectFrom('run')
    .select('id')
    .where('workspace_id', '=', fence.workspaceId)
    .where('id', '=', fence.runId)
    .where('fence', '=', String(fence.fence))
    .where('status', '=', 'running')
    .forUpdate()
    .executeTakeFirst();
  if (!held) throw fenceErrors.POSTGRES_FENCE_LOST({ runId: fence.runId });
}
