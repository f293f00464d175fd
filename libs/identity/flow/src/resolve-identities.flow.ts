import type { BatchId, IdentityOutcome, IdentityStore, WorkspaceId } from '@kohort/kernel-contracts';
import { storedDecision } from '@kohort/identity-domain';

/** What resolving needs. The rules are the workspace's. */
export interface ResolveIdentitiesDeps {
  readonly store: IdentityStore;
}

const NONE: IdentityOutcome = { events: 0, created: 0, merged: 0, moved: 0, unidentified: 0 };

/**
 * Finds out whom the events of some batches count for.
 *
 * Promise   at least once; an event counts for one person, once
 * Key       event id: what counts for somebody already is not touched again
 * Order     profiles, merges, identifiers, assignments, traits and the outbox rows in one transaction
 * Resume    from the first batch that is not whole: nothing of a batch is half done
 * Size      batches of together 5,000 events a transaction; those of one workspace wait for each other
 */
export async function resolveIdentities(
  deps: ResolveIdentitiesDeps,
  batches: { readonly workspaceId: WorkspaceId; readonly batchIds: readonly BatchId[] },
  signal?: AbortSignal,
): Promise<IdentityOutcome> {
  const { workspaceId } = batches;
  let total = NONE;
  for (let batchIds = batches.batchIds; batchIds.length > 0;) {
    signal?.throwIfAborted();
    const { outcome, left } = await deps.store.applyBatches({ workspaceId, batchIds }, storedDecision);
    total = {
      events: total.events + outcome.events,
      created: total.created + outcome.created,
      merged: total.merged + outcome.merged,
      moved: total.moved + outcome.moved,
      unidentified: total.unidentified + outcome.unidentified,
    };
    batchIds = left;
  }
  return total;
}
