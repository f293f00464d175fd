import { backoffMs, runStatus } from '@kohort/sync-domain';
import { isAppError } from '@kohort/kernel-errors';
import type { DeliveryStop, Json, RunContext, RunParams, SyncRecord, SyncRunStatus } from '@kohort/kernel-contracts';
import { deliverPages, type Delivered } from './deliver-pages';
import { prepareRun } from './prepare-run';
import { funnelJson, type RunCheckpoint } from './run-checkpoint';
import { syncErrors } from './sync-errors';
import type { SyncPorts } from './sync-ports';

interface Ending {
  readonly status: SyncRunStatus;
  readonly next: string | null;
}

/** When the next run may start: not before the first row is due, and not before the destination may be asked again. */
function followUpAt(
  due: number,
  how: { stop: DeliveryStop | null; retryNumber: number; now: number },
  ports: SyncPorts,
): number {
  if (!how.stop) return due;
  return Math.max(due, how.now + (how.stop.retryAfterMs ?? backoffMs(how.retryNumber, ports.random)));
}

/** Ends the run, or answers null when rows have become due meanwhile. */
function finish(
  ports: SyncPorts,
  context: RunContext,
  of: { readonly sync: SyncRecord; readonly done: Delivered; readonly params: RunParams<'sync.run'> },
): Promise<Ending | null> {
  const { done, params } = of;
  const { funnel } = done.checkpoint;
  return ports.store.underFence(context.fence, async (tx) => {
    const sync = (await tx.lockSync(of.sync.id)) ?? of.sync;
    const now = ports.clock.now();
    const due = await tx.nextDue(sync.id);
    const active = !sync.paused && !sync.destination.paused;
    if (active && !done.stop && due !== null && due <= now) return null;
    const status = runStatus(funnel, { left: due !== null, stopped: done.stop !== null });
    await tx.saveRun(
      { runId: context.run.id, syncId: sync.id },
      { status, heldReason: done.stop?.message ?? null, funnel: funnelJson(funnel), finishedAt: now },
    );
    if (due === null || !active) return { status, next: null };
    const retryNumber = funnel.accepted > 0 ? 1 : (params.retryNumber ?? 0) + 1;
    const dueAt = followUpAt(due, { stop: done.stop, retryNumber, now }, ports);
    const { runId } = await tx.openRun(sync.id, { dueAt, retryNumber, released: false }, now);
    return { status, next: runId };
  });
}

async function stopped(
  ports: SyncPorts,
  context: RunContext,
  of: { syncId: SyncRecord['id']; checkpoint: RunCheckpoint },
): Promise<never> {
  await ports.store.underFence(context.fence, async (tx) => {
    if (!(await tx.cancelRequested(context.run.id))) return;
    await tx.saveRun(
      { runId: context.run.id, syncId: of.syncId },
      {
        status: 'cancelled',
        heldReason: null,
        funnel: funnelJson(of.checkpoint.funnel),
        finishedAt: ports.clock.now(),
      },
    );
  });
  throw syncErrors.SYNC_STOPPED();
}

/** The plugin, its settings or the mapping cannot be used at all: nothing was claimed, the destination is paused. */
async function pausedBySettings(
  ports: SyncPorts,
  context: RunContext,
  of: { sync: SyncRecord; checkpoint: RunCheckpoint; thrown: unknown },
): Promise<Delivered> {
  const { thrown } = of;
  if (!isAppError(thrown) || thrown.kind !== 'configuration') throw thrown;
  await ports.store.underFence(context.fence, (tx) => tx.pauseDestination(of.sync.destination.id, true));
  const stop: DeliveryStop = { action: 'pause', code: thrown.code, message: thrown.publicMessage, retryAfterMs: null };
  return { checkpoint: of.checkpoint, stop };
}

/**
 * One execution of a sync: brings the destination to what is desired, as far as it can be brought now.
 *
 * Promise  at least once; a row is acknowledged only by the destination's word, and a lost answer is sent again under the
 *          same key
 * Key      member key = SHA-256(destination, segment, profile, version); request key = SHA-256 of its sorted member keys
 * Order    claim (committed) → send → verdicts, funnel and checkpoint (one transaction) → next page; removals first
 * Resume   from the checkpoint; rows that were in flight become unknown and are sent again, at most one page
 * Size     a page is what the connector takes, at most 5,000 members; no transaction spans a request
 * Throws   SYNC_NOT_FOUND; SYNC_STOPPED when asked to stop; POSTGRES_FENCE_LOST when another start took over
 */
export async function runSync(ports: SyncPorts, context: RunContext, params: RunParams<'sync.run'>): Promise<Json> {
  const prepared = await prepareRun(ports, context, params);
  if (prepared.kind === 'merged') return { status: 'cancelled', reason: 'another run of this sync is open' };
  const run = { runId: context.run.id, syncId: params.syncId };
  if (prepared.kind === 'held') {
    const { reason, checkpoint } = prepared;
    await ports.store.underFence(context.fence, (tx) =>
      tx.saveRun(run, {
        status: 'held',
        heldReason: reason,
        funnel: funnelJson(checkpoint.funnel),
        finishedAt: ports.clock.now(),
      }),
    );
    ports.logger.warn('sync run is held for a person', { ...run, reason });
    return { status: 'held', reason };
  }
  const { sync } = prepared;
  let { checkpoint } = prepared;
  const total = await ports.store.inWorkspace(sync.workspaceId, async (tx) => {
    const counts = await tx.guardCounts(sync.id);
    return counts.owedAdds + counts.owedRemovals;
  });
  for (;;) {
    const from = checkpoint;
    const done = await deliverPages(ports, context, { sync, checkpoint: from, total }).catch((thrown: unknown) =>
      pausedBySettings(ports, context, { sync, checkpoint: from, thrown }),
    );
    checkpoint = done.checkpoint;
    if (context.signal.aborted) return stopped(ports, context, { syncId: sync.id, checkpoint });
    const ending = await finish(ports, context, { sync, done, params });
    if (!ending) continue;
    const code = done.stop?.code;
    ports.logger.info('sync run ended', {
      ...run,
      status: ending.status,
      count: checkpoint.funnel.accepted,
      ...(code ? { code } : {}),
    });
    return { status: ending.status, next: ending.next, funnel: funnelJson(checkpoint.funnel) };
  }
}
