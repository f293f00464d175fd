import type { BatchId, Fence, SegmentId, SegmentStore, TouchedProfile, WorkspaceId } from '@kohort/kernel-contracts';
import { evaluatorOf } from './decide-memberships';
import type { RuleSets } from './rule-sets';

/** What every step here needs. `ruleSets` lives as long as the process. */
export interface SegmentsDeps {
  readonly store: SegmentStore;
  readonly ruleSets: RuleSets;
}

/** People of one transaction. */
export const PEOPLE_AT_ONCE = 500;

/** What an evaluation of some people came to. */
export interface EvaluationTotals {
  readonly profiles: number;
  readonly entered: number;
  readonly exited: number;
}

export const NO_EVALUATION: EvaluationTotals = { profiles: 0, entered: 0, exited: 0 };

/** Sums two totals. */
export function addTotals(a: EvaluationTotals, b: EvaluationTotals): EvaluationTotals {
  return { profiles: a.profiles + b.profiles, entered: a.entered + b.entered, exited: a.exited + b.exited };
}

/** Some people of a workspace, and for which of its segments. */
export interface ProfilesRequest {
  readonly workspaceId: WorkspaceId;
  readonly profiles: readonly TouchedProfile[];
  readonly segmentIds?: readonly SegmentId[];
  readonly fence?: Fence;
  /** The crowds that they rest on have just been counted. */
  readonly isCounted?: boolean;
  /** Traits that may have been computed from what is new of them. */
  readonly computedTraits?: readonly string[];
  /** Batches that are done with the last of them. */
  readonly batchIds?: readonly BatchId[];
  readonly signal?: AbortSignal;
}

/** Evaluates any number of people, 500 a transaction; what is done before an abort stays done. */
export async function evaluateProfiles(deps: SegmentsDeps, request: ProfilesRequest): Promise<EvaluationTotals> {
  const { profiles, signal, batchIds, ...rest } = request;
  const evaluator = evaluatorOf(deps.ruleSets, request.segmentIds);
  let totals = NO_EVALUATION;
  for (let at = 0; at < profiles.length; at += PEOPLE_AT_ONCE) {
    signal?.throwIfAborted();
    const some = profiles.slice(at, at + PEOPLE_AT_ONCE);
    const isLast = at + PEOPLE_AT_ONCE >= profiles.length;
    const done = isLast && batchIds !== undefined ? { batchIds } : {};
    const { entered, exited } = await deps.store.evaluate({ ...rest, ...done, profiles: some }, evaluator);
    totals = addTotals(totals, { profiles: some.length, entered, exited });
  }
  return totals;
}
