import { reasonToHold, recover, reopen } from '@kohort/sync-domain';
import type { ProfileId, RunContext, RunParams, SyncRecord, SyncTransaction } from '@kohort/kernel-contracts';
import { checkpointJson, funnelJson, readCheckpoint, type RunCheckpoint } from './run-checkpoint';
import { syncErrors } from './sync-errors';
import type { SyncPorts } from './sync-ports';
import { raisePage } from './track-changes.flow';

/** Rows of one transaction: none stays open for long. */
const PAGE = 2_000;

/** A run that may deliver, or the reason why it does not. */
export type Prepared =
  | { readonly kind: 'go'; readonly sync: SyncRecord; readonly checkpoint: RunCheckpoint }
  | { readonly kind: 'held'; readonly reason: string; readonly checkpoint: RunCheckpoint }
  | { readonly kind: 'merged' };

async function held(tx: SyncTransaction, syncId: SyncRecord['id']): Promise<SyncRecord> {
  const sync = await tx.lockSync(syncId);
  if (!sync) throw syncErrors.SYNC_NOT_FOUND();
  return sync;
}

/** Rows that a worker left in flight become unknown; they are sent again under the same keys. */
async function recoverInFlight(ports: SyncPorts, context: RunContext, syncId: SyncRecord['id']): Promise<void> {
  for (let left = true; left;) {
    left = await ports.store.underFence(context.fence, async (tx) => {
      await held(tx, syncId);
      const now = ports.clock.now();
      const rows = await tx.membersInState(syncId, ['sending'], { after: null, limit: PAGE });
      await tx.saveMembers(
        syncId,
        rows.map((row) => recover(row, now)),
        now,
      );
      return rows.length === PAGE;
    });
  }
}

async function reopenAll(ports: SyncPorts, context: RunContext, syncId: SyncRecord['id']): Promise<void> {
  let after: ProfileId | null = null;
  for (;;) {
    const from: ProfileId | null = after;
    const rows = await ports.store.underFence(context.fence, async (tx) => {
      await held(tx, syncId);
      const now = ports.clock.now();
      const found = await tx.membersInState(syncId, ['rejected', 'parked'], { after: from, limit: PAGE });
      await tx.saveMembers(
        syncId,
        found.map((row) => reopen(row, now)),
        now,
      );
      return found;
    });
    after = rows.at(-1)?.profileId ?? null;
    if (rows.length < PAGE) return;
  }
}

/** Brings the whole segment into the ledger, page by page: the first run's full add, and what a full run asks for. */
async function compareAll(
  ports: SyncPorts,
  context: RunContext,
  start: { readonly sync: SyncRecord; readonly checkpoint: RunCheckpoint },
): Promise<RunCheckpoint> {
  let checkpoint = start.checkpoint;
  while (!checkpoint.compared) {
    checkpoint = await ports.store.underFence(context.fence, async (tx) => {
      const sync = await held(tx, start.sync.id);
      const now = ports.clock.now();
      const changes = await tx.memberships(sync.id, checkpoint.comparedAfter, PAGE);
      await raisePage(tx, sync, { changes, now });
      const next = {
        ...checkpoint,
        compared: changes.length < PAGE,
        comparedAfter: changes.at(-1)?.profileId ?? checkpoint.comparedAfter,
      };
      await tx.saveCheckpoint(context.run.id, checkpointJson(next));
      return next;
    });
    context.onProgress({ phase: 'comparing with the segment', done: 0, total: null });
    if (context.signal.aborted) throw syncErrors.SYNC_STOPPED();
  }
  return checkpoint;
}

/**
 * Everything before the first page: takes the sync's turn, recovers what a dead worker left, compares the segment with
 * the ledger when that was never done, and asks the guard. Each step is written down and not repeated by a new start.
 *
 * Throws  SYNC_NOT_FOUND, SYNC_STOPPED
 */
export async function prepareRun(
  ports: SyncPorts,
  context: RunContext,
  params: RunParams<'sync.run'>,
): Promise<Prepared> {
  const { syncId } = params;
  const run = { runId: context.run.id, syncId };
  const begun = await ports.store.underFence(context.fence, async (tx) => {
    const sync = await held(tx, syncId);
    const checkpoint = readCheckpoint(await tx.checkpoint(run.runId), ports.clock.now());
    const other = await tx.otherRunning(syncId, run.runId);
    const progress = { heldReason: null, funnel: funnelJson(checkpoint.funnel) };
    if (other) {
      await tx.saveRun(run, { ...progress, status: 'cancelled', finishedAt: ports.clock.now() });
      return null;
    }
    await tx.saveRun(run, { ...progress, status: 'running', finishedAt: null });
    const compare = params.full === true || !(await tx.wasCompared(syncId));
    return { sync, checkpoint, compare };
  });
  if (!begun) return { kind: 'merged' };
  await recoverInFlight(ports, context, syncId);
  let { checkpoint } = begun;
  if (!checkpoint.reopened) {
    // A run that only follows up on failures leaves refused rows to the next ordinary one.
    if (!params.retryNumber) await reopenAll(ports, context, syncId);
    checkpoint = { ...checkpoint, reopened: true };
  }
  if (begun.compare) checkpoint = await compareAll(ports, context, { sync: begun.sync, checkpoint });
  return ports.store.underFence(context.fence, async (tx): Promise<Prepared> => {
    const sync = await held(tx, syncId);
    const reason = params.released === true || checkpoint.guarded ? null : reasonToHold(await tx.guardCounts(syncId));
    await tx.cancelHeld(syncId, run.runId, ports.clock.now());
    const next = { ...checkpoint, guarded: reason === null };
    await tx.saveCheckpoint(run.runId, checkpointJson(next));
    return reason === null ? { kind: 'go', sync, checkpoint: next } : { kind: 'held', reason, checkpoint: next };
  });
}
