import type { SyncStore, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { syncTransaction } from './sync-transaction';

/**
 * The sync ledger in PostgreSQL. Rows of one sync are changed only while its row in table `sync` is held (`lockSync`,
 * `syncsOfSegments`), so that tracking, delivery and release take turns and cannot block each other crosswise.
 */
export function syncStore(database: Database): SyncStore {
  const view = (tx: WorkspaceTransaction, workspaceId: WorkspaceId): ReturnType<typeof syncTransaction> =>
    syncTransaction({ tx, workspaceId });
  return {
    inWorkspace: (workspaceId, work) => database.inWorkspace(workspaceId, (tx) => work(view(tx, workspaceId))),
    underFence: (fence, work) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        return work(view(tx, fence.workspaceId));
      }),
    checkFence: (fence) => database.inWorkspace(fence.workspaceId, (tx) => holdFence(tx, fence)),
  };
}
