import { isAppError } from '@kohort/kernel-errors';
import { addConsent, addToFunnel, claim, pageSize, recheckConsent, settle } from '@kohort/sync-domain';
import type {
  DeliveryOutcome,
  DeliveryStop,
  ProfileId,
  MemberState,
  MembershipDelta,
  MemberVerdict,
  RunContext,
  SyncRecord,
  SyncTransaction,
} from '@kohort/kernel-contracts';
import { checkpointJson, funnelJson, type RunCheckpoint } from './run-checkpoint';
import { syncErrors } from './sync-errors';
import type { SyncPorts } from './sync-ports';

/** A destination that fails this many pages in a row is left alone until the next run. */
const MAX_FAILED_PAGES = 3;

interface Page {
  readonly sync: SyncRecord;
  readonly changes: readonly MembershipDelta[];
  /** People who were due to be added and have not consented any more. */
  readonly withheld: number;
}

/** Of a page from which consent left nobody. */
const NOTHING_SENT: DeliveryOutcome = { verdicts: [], stop: null, requests: 0 };

/** How delivering ended. */
export interface Delivered {
  readonly checkpoint: RunCheckpoint;
  readonly stop: DeliveryStop | null;
}

interface Plan {
  readonly pageMembers: number;
  readonly traitKeys: readonly string[];
}

/**
 * Asks for consent once more, in the moment before sending: whoever is to be added and may not be is owed nothing, or the
 * removal of what is there already. A removal is never held up.
 */
async function withhold(
  tx: SyncTransaction,
  sync: SyncRecord,
  of: { readonly states: readonly MemberState[]; readonly now: number },
): Promise<readonly MemberState[]> {
  const adds = of.states.filter(({ desired }) => desired);
  const refused = await tx.refusedPeople(
    sync,
    adds.map(({ profileId }) => profileId),
  );
  if (refused.size === 0) return of.states;
  const turned = adds.filter(({ profileId }) => refused.has(profileId));
  await tx.saveMembers(
    sync.id,
    turned.map((state) => recheckConsent(state, false, of.now)),
    of.now,
  );
  return of.states.filter(({ desired, profileId }) => !desired || !refused.has(profileId));
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
    const page = due.slice(0, pageSize(of.plan.pageMembers, first.attempts));
    const states = await withhold(tx, sync, { states: page, now });
    await tx.saveMembers(
      sync.id,
      states.map((state) => claim(state, context.fence.fence)),
      now,
    );
    const changes = await tx.deltas(sync, states, of.plan.traitKeys);
    return { sync, changes, withheld: page.length - states.length };
  });
}

/**
 * Before each request: this worker still has the run, and nobody of the page has withdrawn consent since it was taken.
 *
 * Throws  POSTGRES_FENCE_LOST; SYNC_CONSENT_CHANGED, with nothing of the request sent
 */
function beforeSend(ports: SyncPorts, context: RunContext, { sync, changes }: Page): () => Promise<void> {
  const adds = changes.flatMap(({ operation, profileId }): ProfileId[] => (operation === 'add' ? [profileId] : []));
  if (adds.length === 0) return () => ports.store.checkFence(context.fence);
  return async () => {
    const refused = await ports.store.underFence(context.fence, (tx) => tx.refusedPeople(sync, adds));
    if (refused.size > 0) throw syncErrors.SYNC_CONSENT_CHANGED({ delivered: 'no' });
  };
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
      { signal: context.signal, beforeSend: beforeSend(ports, context, page) },
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
    const { withheld } = page;
    const asked = page.sync.purposes.length > 0 || withheld > 0;
    const before = of.checkpoint.funnel;
    const passed = page.changes.length;
    const funnel = addToFunnel(
      asked ? addConsent(before, { withheld, passed }) : before,
      outcome.verdicts,
      outcome.requests,
    );
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
    const outcome = page.changes.length === 0 ? NOTHING_SENT : await deliver(ports, context, page, checkpoint);
    checkpoint = await savePage(ports, context, { page, outcome, checkpoint });
    failedPages = outcome.stop ? failedPages + 1 : 0;
    context.onProgress({ phase: 'delivering', done: checkpoint.funnel.segment, total: start.total });
    if (givesUp(outcome.stop, failedPages)) return { checkpoint, stop: outcome.stop };
  }
  return { checkpoint, stop: null };
}
