import type { DestinationId, Diagnosis, RunId, WorkspaceId } from '@kohort/kernel-contracts';
import { syncErrors } from './sync-errors';
import type { SyncPorts } from './sync-ports';

/**
 * A person lets a held run pass: it ends, and a new run takes its place that the guard does not ask.
 *
 * Throws  SYNC_RUN_NOT_HELD
 */
export function releaseHeldRun(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly runId: RunId },
): Promise<{ readonly runId: RunId }> {
  const now = ports.clock.now();
  return ports.store.inWorkspace(input.workspaceId, async (tx) => {
    const found = await tx.heldRun(input.runId);
    if (!found) throw syncErrors.SYNC_RUN_NOT_HELD();
    await tx.lockSync(found.syncId);
    if ((await tx.cancelHeld(found.syncId, null, now)) === 0) throw syncErrors.SYNC_RUN_NOT_HELD();
    const { runId } = await tx.openRun(found.syncId, { released: true }, now);
    return { runId };
  });
}

/** A person has mended a paused destination: its live syncs go on with what has been owed meanwhile. */
export function resumeDestination(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly destinationId: DestinationId },
): Promise<{ readonly runs: number }> {
  const now = ports.clock.now();
  return ports.store.inWorkspace(input.workspaceId, async (tx) => {
    const syncs = await tx.syncsOfDestination(input.destinationId);
    await tx.pauseDestination(input.destinationId, false);
    let runs = 0;
    for (const sync of syncs) {
      if (sync.paused || sync.mode !== 'live') continue;
      const { created } = await tx.openRun(sync.id, {}, now);
      if (created) runs += 1;
    }
    return { runs };
  });
}

/**
 * Asks the connector whether the destination can be used with its settings and credentials.
 *
 * Throws  SYNC_DESTINATION_NOT_FOUND; what is wrong with the settings
 */
export async function checkDestination(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly destinationId: DestinationId; readonly signal?: AbortSignal },
): Promise<readonly Diagnosis[]> {
  const destination = await ports.store.inWorkspace(input.workspaceId, (tx) => tx.destination(input.destinationId));
  if (!destination) throw syncErrors.SYNC_DESTINATION_NOT_FOUND();
  return ports.deliverer.check(destination, input.signal ? { signal: input.signal } : {});
}
