import { newMember, isOwed, raiseDesired } from '@kohort/sync-domain';
import type {
  BatchId,
  MemberState,
  SyncRecord,
  SyncTransaction,
  TrackedChange,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { SyncPorts } from './sync-ports';

/** Rows written by one statement. */
const PAGE = 5_000;

/** Several changes of one person in a batch count as the last. */
function latestOf(changes: readonly TrackedChange[]): TrackedChange[] {
  const latest = new Map<string, TrackedChange>();
  for (const change of changes) {
    const known = latest.get(change.profileId);
    if (!known || known.changeVersion < change.changeVersion) latest.set(change.profileId, change);
  }
  return [...latest.values()];
}

/**
 * Raises what is desired of these people in one sync, members and consent as they are now; returns how many rows changed
 * and whether anything is owed.
 */
export async function raisePage(
  tx: SyncTransaction,
  sync: SyncRecord,
  page: { readonly changes: readonly TrackedChange[]; readonly now: number },
): Promise<{ raised: number; owed: number }> {
  let raised = 0;
  let owed = 0;
  const changes = latestOf(page.changes);
  for (let i = 0; i < changes.length; i += PAGE) {
    const part = changes.slice(i, i + PAGE);
    const known = await tx.members(
      sync.id,
      part.map((change) => change.profileId),
    );
    const refused = await tx.refusedPeople(
      sync,
      part.map((change) => change.profileId),
    );
    const next: MemberState[] = [];
    for (const change of part) {
      const before = known.get(change.profileId) ?? newMember(change.profileId, page.now);
      const after = raiseDesired(before, { ...change, allowed: !refused.has(change.profileId) }, page.now);
      if (isOwed(after)) owed += 1;
      // Somebody who never was in and is not: nothing is owed, and nothing need be remembered but the version.
      if (after !== before) next.push(after);
    }
    raised += next.length;
    await tx.saveMembers(sync.id, next, page.now);
  }
  return { raised, owed };
}

/**
 * Writes down what each destination is owed after some batches of membership changes, and asks for the runs that pay it.
 *
 * Promise  at least once: every change of the batches is in the ledger when this returns
 * Key      the change's version: an older or repeated change does nothing
 * Order    member rows → run → outbox row, in one transaction
 * Resume   from the start; nothing is half done
 * Size     some batches of the change log, in pages of 5,000 rows
 */
export async function trackChanges(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly batchIds: readonly BatchId[] },
): Promise<{ readonly syncs: number; readonly raised: number; readonly runs: number }> {
  const now = ports.clock.now();
  return ports.store.inWorkspace(input.workspaceId, async (tx) => {
    const changes = await tx.changesOfBatches(input.batchIds);
    const syncs = await tx.syncsOfSegments([...new Set(changes.map((change) => change.segmentId))]);
    const done = { syncs: syncs.length, raised: 0, runs: 0 };
    for (const sync of syncs) {
      const of = changes.filter((change) => change.segmentId === sync.segment.id);
      const { raised, owed } = await raisePage(tx, sync, { changes: of, now });
      done.raised += raised;
      const active = sync.mode === 'live' && !sync.paused && !sync.destination.paused;
      if (owed === 0 || !active) continue;
      const { created } = await tx.openRun(sync.id, {}, now);
      if (created) done.runs += 1;
    }
    return done;
  });
}
