import { isAppError } from '@kohort/kernel-errors';
import { addToFunnel, claim, pageSize, settle } from '@kohort/sync-domain';
import type {
  DeliveryOutcome,
  DeliveryStop,
  MemberState,
  MembershipDelta,
  MemberVerdict,
  RunContext,
  SyncRecord,
} from '@kohort/kernel-contracts';
import { checkpointJson, funnelJson, type RunCheckpoint } from './run-checkpoint';
import type { SyncPorts } from './sync-ports';

/** A destination that fails this many pages in a row is left alone until the next run. */
const MAX_FAILED_PAGES = 3;

interface Page {
  readonly sync: SyncRecord;
  readonly changes: readonly MembershipDelta[];
}

/** How delivering ended. */
export interface Delivered {
  readonly checkpoint: RunCheckpoint;
  readonly stop: DeliveryStop | null;
}

interface Plan {
  readonly pageMembers: number;
  readonly traitKeys: readonly string[];
}

/** Takes the next due rows under the fence; null when nothing is due. */
function claimPage(ports: SyncPorts, context: RunContext, of: { sync: SyncRecord; plan: Plan }): Promise<Page | null> {
  return ports.store.underFence(context.fence, async (tx) => {
    const sync = await tx.lockSync(of.sync.id);
    if (!sync || sync.paused || sync.destination.paused) return null;
    const now = ports.clock.now();
    const due = await tx.claimable(sync.id, now, of.plan.pageMembers);
    const first = due[0];
    if (!first) return null;
    const states = due.slice(0, pageSize(of.plan.pageMembers, first.attempts));
    await tx.saveMembers(
      sync.id,
      states.map((state) => claim(state, context.fence.fence)),
      now,
    );
    return { sync, changes: await tx.deltas(sync, states, of.plan.traitKeys) };
  });
}

/** Settings, mapping or secrets that cannot be used: nothing was sent, and a person must act. */
function refusedBySettings(page: Page, thrown: unknown): DeliveryOutcome {
  if (!isAppError(thrown) || thrown.kind !== 'configuration') throw thrown;
  const verdicts = page.changes.map((change): MemberVerdict => ({
    profileId: change.profileId,
    operation: change.operation,
    changeVersion: change.changeVersion,
    fate: 'retry',
    stage: 'valid',
    code: thrown.code,
    message: thrown.publicMessage,
    retryAfterMs: null,
    countsAsAttempt: false,
    fingerprint: null,
  }));
  const stop: DeliveryStop = { action: 'pause', code: thrown.code, message: thrown.publicMessage, retryAfterMs: null };
  return { verdicts, stop, requests: 0 };
}

async function deliver(
  ports: SyncPorts,
  context: RunContext,
  page: Page,
  checkpoint: RunCheckpoint,
): Promise<DeliveryOutcome> {
  const { sync } = page;
  try {
    return await ports.deliverer.deliver(
      {
        destination: sync.destination,
        sync,
        runId: context.run.id,
        runStartedAt: checkpoint.startedAt,
        sequence: checkpoint.sequence,
        changes: page.changes,
      },
      { signal: context.signal, beforeSend: () => ports.store.checkFence(context.fence) },
    );
  } catch (thrown) {
    return refusedBySettings(page, thrown);
  }
}

/** Writes the verdicts of a page, the run's funnel and its checkpoint in one transaction. */
function savePage(
  ports: SyncPorts,
  context: RunContext,
  of: { readonly page: Page; readonly outcome: DeliveryOutcome; readonly checkpoint: RunCheckpoint },
): Promise<RunCheckpoint> {
  const { page, outcome } = of;
  return ports.store.underFence(context.fence, async (tx) => {
    await tx.lockSync(page.sync.id);
    const now = ports.clock.now();
    const rows = await tx.members(
      page.sync.id,
      page.changes.map((change) => change.profileId),
    );
    const settled = outcome.verdicts.flatMap((verdict): MemberState[] => {
      const row = rows.get(verdict.profileId);
      return row ? [settle(row, verdict, { now, random: ports.random })] : [];
    });
    await tx.saveMembers(page.sync.id, settled, now);
    await tx.saveVerdicts(context.run.id, outcome.verdicts);
    const funnel = addToFunnel(of.checkpoint.funnel, outcome.verdicts, outcome.requests);
    const next: RunCheckpoint = {
      ...of.checkpoint,
      sequence: of.checkpoint.sequence + 1,
      funnel: { ...funnel, reasons: { ...funnel.reasons } },
    };
    await tx.saveCheckpoint(context.run.id, checkpointJson(next));
    await tx.saveRun(
      { runId: context.run.id, syncId: page.sync.id },
      { status: 'running', heldReason: null, funnel: funnelJson(funnel), finishedAt: null },
    );
    if (outcome.stop?.action === 'pause') await tx.pauseDestination(page.sync.destination.id, true);
    return next;
  });
}

/** True when the run should leave the destination alone for now. */
function givesUp(stop: DeliveryStop | null, failedPages: number): boolean {
  if (!stop) return false;
  return stop.action === 'pause' || stop.retryAfterMs !== null || failedPages >= MAX_FAILED_PAGES;
}

/**
 * Pays what is owed and due, page by page: claim under the fence → deliver → write the verdicts. Ends when nothing is
 * due, when the destination must be left alone, or when asked to stop.
 */
export async function deliverPages(
  ports: SyncPorts,
  context: RunContext,
  start: { readonly sync: SyncRecord; readonly checkpoint: RunCheckpoint; readonly total: number },
): Promise<Delivered> {
  let { checkpoint } = start;
  const plan = ports.deliverer.plan(start.sync.destination, start.sync.mapping);
  let failedPages = 0;
  while (!context.signal.aborted) {
    const page = await claimPage(ports, context, { sync: start.sync, plan });
    if (!page) return { checkpoint, stop: null };
    const outcome = await deliver(ports, context, page, checkpoint);
    checkpoint = await savePage(ports, context, { page, outcome, checkpoint });
    failedPages = outcome.stop ? failedPages + 1 : 0;
    context.onProgress({ phase: 'delivering', done: checkpoint.funnel.segment, total: start.total });
    if (givesUp(outcome.stop, failedPages)) return { checkpoint, stop: outcome.stop };
  }
  return { checkpoint, stop: null };
}
