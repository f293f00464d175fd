import type { WorkspaceId } from '@kohort/kernel-contracts';
import { NO_EVALUATION, type EvaluationTotals, type SegmentsDeps } from './evaluate-profiles';
import { modelSegments } from './live-rule-set';
import { walkProfiles } from './walk-profiles';

/**
 * Evaluates the segments that look at a model, for everybody, after its scores have changed.
 *
 * Promise   at least once; an entry or exit is written once, with cause `model`
 * Key       the standing membership
 * Order     as an event's
 * Resume    from the start; who is done shows no difference
 * Size      everybody, 500 a transaction
 */
export async function rescoreSegments(
  deps: SegmentsDeps,
  request: { readonly workspaceId: WorkspaceId; readonly signal?: AbortSignal },
): Promise<EvaluationTotals> {
  const { workspaceId, signal } = request;
  const { segments } = deps.ruleSets.of(await deps.store.liveRules(workspaceId));
  const segmentIds = modelSegments(segments).map(({ segmentId }) => segmentId);
  if (segmentIds.length === 0) return NO_EVALUATION;
  return walkProfiles(deps, { workspaceId, segmentIds, cause: 'model', after: null, signal });
}
