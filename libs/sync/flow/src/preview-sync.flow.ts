import { newMember, isOwed, raiseDesired, reasonToHold } from '@kohort/sync-domain';
import {
  runIdSchema,
  type AudienceCounts,
  type DeliveryPreview,
  type MemberState,
  type MembershipDelta,
  type SyncId,
  type SyncRecord,
  type SyncTransaction,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { syncErrors } from './sync-errors';
import type { SyncPorts } from './sync-ports';

/** Stands in the place of a run in the requests of a dry run. */
const NO_RUN = runIdSchema.parse('00000000-0000-0000-0000-000000000000');

/** What the next run would do, without doing it. */
export interface SyncPreview extends DeliveryPreview {
  readonly counts: AudienceCounts;
  /** Why the run would wait for a person; null when it would go on. */
  readonly heldReason: string | null;
}

/** The next rows: what is due, or, before the first run, the beginning of the segment. */
async function nextStates(
  tx: SyncTransaction,
  sync: SyncRecord,
  how: { now: number; limit: number },
): Promise<readonly MemberState[]> {
  const due = await tx.claimable(sync.id, how.now, how.limit);
  const isFirst = due.length === 0 && !(await tx.wasCompared(sync.id));
  const members = isFirst ? await tx.memberships(sync.id, null, how.limit) : [];
  const people = [...due, ...members].map(({ profileId }) => profileId);
  const refused = await tx.refusedPeople(sync, people);
  const next = members.map((change) =>
    raiseDesired(newMember(change.profileId, how.now), { ...change, allowed: !refused.has(change.profileId) }, how.now),
  );
  return [...due.filter(({ desired, profileId }) => !desired || !refused.has(profileId)), ...next.filter(isOwed)];
}

/**
 * A dry run: the exact requests of the next page, secrets and personal values blanked, through the connector's own code.
 * Nothing is sent, claimed or written.
 *
 * Throws  SYNC_NOT_FOUND; what is wrong with settings or mapping
 */
export async function previewSync(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly syncId: SyncId; readonly limit: number },
): Promise<SyncPreview> {
  const now = ports.clock.now();
  const page = await ports.store.inWorkspace(input.workspaceId, async (tx) => {
    const sync = await tx.lockSync(input.syncId);
    if (!sync) throw syncErrors.SYNC_NOT_FOUND();
    const { traitKeys } = ports.deliverer.plan(sync.destination, sync.mapping);
    const states = await nextStates(tx, sync, { now, limit: input.limit });
    const changes: readonly MembershipDelta[] = await tx.deltas(sync, states, traitKeys);
    return { sync, changes, counts: await tx.counts(sync.id) };
  });
  const preview = await ports.deliverer.preview({
    destination: page.sync.destination,
    sync: page.sync,
    runId: NO_RUN,
    runStartedAt: now,
    sequence: 0,
    changes: page.changes,
  });
  return { ...preview, counts: page.counts, heldReason: reasonToHold(page.counts) };
}
