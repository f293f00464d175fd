import type { ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import {
  addTotals,
  evaluateProfiles,
  NO_EVALUATION,
  type EvaluationTotals,
  type SegmentsDeps,
} from './evaluate-profiles';

/**
 * Evaluates the people for whom time alone has changed an answer, by the database's clock.
 *
 * Promise   at least once; an exit or entry by time is written once, with cause `time`
 * Key       the standing membership
 * Order     as an event's: membership, log, next timer and outbox row in one transaction
 * Resume    a timer stands until its person has been evaluated
 * Size      `limit` timers; call again while it answers that many people
 */
export async function runDueTimers(deps: SegmentsDeps, limit: number, signal?: AbortSignal): Promise<EvaluationTotals> {
  const byWorkspace = new Map<WorkspaceId, ProfileId[]>();
  for (const { workspaceId, profileId } of await deps.store.dueTimers(limit)) {
    byWorkspace.set(workspaceId, [...(byWorkspace.get(workspaceId) ?? []), profileId]);
  }
  let totals = NO_EVALUATION;
  for (const [workspaceId, ids] of byWorkspace) {
    const profiles = [...ids].sort().map((profileId) => ({ profileId, cause: 'time' as const, eventId: null }));
    totals = addTotals(totals, await evaluateProfiles(deps, { workspaceId, profiles, signal }));
  }
  return totals;
}
