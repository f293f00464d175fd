import type { BatchId, IdentityOutcome, IdentityStore, WorkspaceId } from '@kohort/kernel-contracts';
import { DEFAULT_POLICY, identityDecision, type IdentityPolicy } from '@kohort/identity-domain';

/** What resolving needs; without a policy the workspace has the default one. */
export interface ResolveIdentitiesDeps {
  readonly store: IdentityStore;
  readonly policy?: IdentityPolicy;
}

/**
 * Finds out whom the events of a batch count for.
 *
 * Promise   at least once; an event counts for one person, once
 * Key       event id: what counts for somebody already is not touched again
 * Order     profiles, merges, identifiers, assignments, traits and the outbox row in one transaction
 * Resume    from the start of the batch: nothing of it is half done
 * Size      a batch of at most 5,000 events; batches of one workspace wait for each other
 */
export async function resolveIdentities(
  deps: ResolveIdentitiesDeps,
  batch: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
): Promise<IdentityOutcome> {
  return deps.store.applyBatch(batch, identityDecision(deps.policy ?? DEFAULT_POLICY));
}
