import type { ListEdit, ListEditOutcome, WorkspaceId } from '@kohort/kernel-contracts';
import { evaluateProfiles, type SegmentsDeps } from './evaluate-profiles';
import { withDependents } from './live-rule-set';

/**
 * Adds people to a list and takes people off it, then evaluates the live segments that refer to the list for everybody
 * who was named.
 *
 * Promise   at least once: a repeat changes nothing of the list, and evaluates the same people again
 * Order     the list in one transaction; the segments that refer to it behind it
 * Size      1,000 people
 */
export async function editList(deps: SegmentsDeps, workspaceId: WorkspaceId, edit: ListEdit): Promise<ListEditOutcome> {
  const outcome = await deps.store.editList(workspaceId, edit);
  const { segments } = deps.ruleSets.of(await deps.store.liveRules(workspaceId));
  const segmentIds = withDependents(segments, new Set([edit.key])).map(({ segmentId }) => segmentId);
  if (segmentIds.length === 0 || outcome.people.length === 0) return outcome;
  const profiles = outcome.people.map((profileId) => ({ profileId, cause: edit.cause, eventId: null }));
  await evaluateProfiles(deps, { workspaceId, profiles, segmentIds });
  return outcome;
}
