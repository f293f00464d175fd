import type { BatchId, WorkspaceId } from '@kohort/kernel-contracts';
import { evaluateProfiles, type EvaluationTotals, type SegmentsDeps } from './evaluate-profiles';

/**
 * Brings the memberships of everybody whom a batch touched up to date: all live rules in one pass over each person.
 *
 * Promise   at least once; a (segment, person) enters or exits once for it
 * Key       the standing membership: what is already so is not written again
 * Order     membership, change log, timers, sizes and the outbox row in one transaction of at most 500 people
 * Resume    from the start of the batch; people already done show no difference
 * Size      the people of a batch; people of two batches at once wait for each other, in the order of their ids
 */
export async function evaluateTouched(
  deps: SegmentsDeps,
  batch: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
  signal?: AbortSignal,
): Promise<EvaluationTotals> {
  const { workspaceId, batchId } = batch;
  const profiles = await deps.store.touchedBy(workspaceId, batchId);
  return evaluateProfiles(deps, { workspaceId, profiles, signal });
}
