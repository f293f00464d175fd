import type { Fence, MembershipCause, ProfileId, SegmentId, WorkspaceId } from '@kohort/kernel-contracts';
import {
  addTotals,
  evaluateProfiles,
  NO_EVALUATION,
  PEOPLE_AT_ONCE,
  type EvaluationTotals,
  type SegmentsDeps,
} from './evaluate-profiles';

/** A walk over everybody for some segments. */
export interface WalkRequest {
  readonly workspaceId: WorkspaceId;
  readonly segmentIds: readonly SegmentId[];
  readonly cause: MembershipCause;
  /** Where an earlier walk stopped. */
  readonly after: ProfileId | null;
  readonly fence?: Fence;
  readonly signal?: AbortSignal;
  /** Called when everybody up to `after` is done. */
  readonly onStep?: (after: ProfileId, totals: EvaluationTotals) => Promise<void>;
}

/** People of one step of a walk: fewer checkpoints than transactions. */
const PEOPLE_A_STEP = 4 * PEOPLE_AT_ONCE;

/** Evaluates everybody for some segments, in the order of ids. */
export async function walkProfiles(deps: SegmentsDeps, request: WalkRequest): Promise<EvaluationTotals> {
  const { workspaceId, segmentIds, cause, fence, signal, onStep } = request;
  let totals = NO_EVALUATION;
  let after = request.after;
  for (;;) {
    signal?.throwIfAborted();
    const ids = await deps.store.profilesAfter(workspaceId, after, PEOPLE_A_STEP);
    const last = ids.at(-1);
    if (last === undefined) return totals;
    const profiles = ids.map((profileId) => ({ profileId, cause, eventId: null }));
    totals = addTotals(totals, await evaluateProfiles(deps, { workspaceId, profiles, segmentIds, fence, signal }));
    after = last;
    await onStep?.(last, totals);
  }
}
