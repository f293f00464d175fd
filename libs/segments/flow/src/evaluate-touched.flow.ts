import type { BatchId, WorkspaceId } from '@kohort/kernel-contracts';
import { evaluateProfiles, type EvaluationTotals, type SegmentsDeps } from './evaluate-profiles';

/**
 * Brings the memberships of everybody whom some batches touched up to date: all live rules in one pass over each person,
 * however many of the batches touched that person. Of whom nothing but events of some names is new, only rules are asked that look at such events.
 *
 * Promise   at least once; a (segment, person) enters or exits once for it
 * Key       the standing membership: what is already so is not written again
 * Order     membership, change log, timers, sizes and the outbox row in one transaction of at most 500 people
 * Resume    from the start; people already done show no difference
 * Size      the people of some batches; whoever shares people with another evaluation waits, in the order of their ids
 */
export async function evaluateTouched(
  deps: SegmentsDeps,
  batches: {
    readonly workspaceId: WorkspaceId;
    readonly batchIds: readonly BatchId[];
    /** Traits that may follow from events of the batches; they have been computed. */
    readonly computedTraits: readonly string[];
  },
  signal?: AbortSignal,
): Promise<EvaluationTotals> {
  const { workspaceId, batchIds, computedTraits } = batches;
  const profiles = await deps.store.touchedBy(workspaceId, batchIds);
  return evaluateProfiles(deps, { workspaceId, profiles, batchIds, computedTraits, signal });
}
