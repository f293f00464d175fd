import type { ProfileId, StandingMembership, WorkspaceId } from '@kohort/kernel-contracts';
import { evaluateRules, type Proof } from '@kohort/segments-domain';
import { isCounted, toHistory } from './decide-memberships';
import type { SegmentsDeps } from './evaluate-profiles';
import { segmentsFlowErrors } from './segments-flow-errors';

/** Why somebody is in a segment or out of it, worked out now. Times are epoch milliseconds. */
export interface MembershipExplanation {
  readonly segmentKey: string;
  readonly segmentVersion: number;
  readonly ruleHash: string;
  readonly evaluatedAt: number;
  readonly member: boolean;
  readonly nextChangeAt: number | null;
  readonly proof: Proof;
  /** What is recorded; null for somebody who was never in. It may lag behind `member` by the events under way. */
  readonly recorded: StandingMembership | null;
}

/**
 * Explains a membership, or its absence, with the change that would turn it round.
 *
 * Throws  SEGMENTS_SEGMENT_NOT_LIVE, SEGMENTS_PROFILE_MISSING
 */
export async function explainMembership(
  deps: SegmentsDeps,
  of: { readonly workspaceId: WorkspaceId; readonly profileId: ProfileId; readonly segmentKey: string },
): Promise<MembershipExplanation> {
  const { workspaceId, profileId, segmentKey } = of;
  const { now, rules, people } = await deps.store.read(
    workspaceId,
    [profileId],
    (live) => deps.ruleSets.of(live).needs,
  );
  const set = deps.ruleSets.of(rules);
  const segment = set.segments.find(({ key }) => key === segmentKey);
  if (segment === undefined) throw segmentsFlowErrors.SEGMENTS_SEGMENT_NOT_LIVE({ key: segmentKey });
  const [person] = people;
  if (person === undefined) throw segmentsFlowErrors.SEGMENTS_PROFILE_MISSING();
  const { segments, compiled } = set.judging[person.entity];
  // Who is of the other kind is not in, whatever their records say.
  const place = segments.findIndex(({ key }) => key === segmentKey);
  const outcome = person.isLive && place >= 0 ? evaluateRules(compiled, toHistory(person), now)[place] : undefined;
  const recorded = person.memberships.find(({ segmentId }) => segmentId === segment.segmentId) ?? null;
  // An account with more people than are read, who have not been counted yet: what is recorded is all that is known.
  const isCut = set.relational.has(segmentKey) && !isCounted(compiled, person);
  return {
    segmentKey,
    segmentVersion: segment.version,
    ruleHash: segment.ruleHash,
    evaluatedAt: now,
    member: isCut ? (recorded?.member ?? false) : (outcome?.member ?? false),
    nextChangeAt: isCut ? null : (outcome?.nextChangeAt ?? null),
    proof: (isCut ? undefined : outcome?.explain()) ?? { nodes: [], flip: null },
    recorded,
  };
}
