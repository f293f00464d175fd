import type {
  EvaluationDecision,
  EvaluationInput,
  Evaluator,
  MembershipDecision,
  PersonRecords,
  SegmentId,
  SegmentRule,
  TimerDecision,
} from '@kohort/kernel-contracts';
import { evaluateRules, hashJson, makeHistory, proofToJson, type History, type Proof } from '@kohort/segments-domain';
import type { LiveRuleSet, RuleSets } from './live-rule-set';

/** A person's records as the rule language sees them. */
export function toHistory(person: PersonRecords): History {
  return makeHistory({
    profileId: person.profileId,
    events: person.events,
    traits: person.traits,
    memberships: person.memberships.filter(({ member }) => member).map(({ key }) => key),
    predictions: person.scores.flatMap(({ model, probability, percentile }) =>
      probability === null || percentile === null ? [] : [{ model, probability, percentile }],
    ),
    clusters: person.scores.flatMap(({ model, cluster, confidence }) =>
      cluster === null ? [] : [{ model, cluster, confidence: confidence ?? 0 }],
    ),
  });
}

function decisionOf(
  segment: SegmentRule,
  person: PersonRecords,
  answer: { member: boolean; proof: Proof },
): MembershipDecision {
  const proof = proofToJson(answer.proof);
  return {
    segmentId: segment.segmentId,
    profileId: person.profileId,
    member: answer.member,
    segmentVersion: segment.version,
    ruleHash: segment.ruleHash,
    proof,
    proofHash: hashJson(proof),
  };
}

function decidePerson(set: LiveRuleSet, person: PersonRecords, now: number): EvaluationDecision {
  const standing = new Set(person.memberships.filter(({ member }) => member).map(({ segmentId }) => segmentId));
  const changes: MembershipDecision[] = [];
  const timers: TimerDecision[] = [];
  // Who was merged into another is in no segment; the other has the records.
  const outcomes = person.isLive ? evaluateRules(set.compiled, toHistory(person), now) : [];
  set.segments.forEach((segment, i) => {
    const { segmentId } = segment;
    const outcome = outcomes[i];
    const member = outcome?.member ?? false;
    if (outcome !== undefined && outcome.nextChangeAt !== null) {
      timers.push({ segmentId, profileId: person.profileId, dueAt: outcome.nextChangeAt });
    }
    if (member === standing.has(segmentId)) return;
    const proof = outcome?.explain() ?? { nodes: [], flip: null };
    changes.push(decisionOf(segment, person, { member, proof }));
  });
  return { changes, timers };
}

/** The questions that the store asks while it holds the people: what to read, and what follows from it. */
export function evaluatorOf(ruleSets: RuleSets, segmentIds?: readonly SegmentId[]): Evaluator {
  return {
    needs: (rules) => ruleSets.of(rules, segmentIds).needs,
    decide: ({ now, rules, people }: EvaluationInput) => {
      const set = ruleSets.of(rules, segmentIds);
      const decisions = people.map((person) => decidePerson(set, person, now));
      return {
        changes: decisions.flatMap(({ changes }) => changes),
        timers: decisions.flatMap(({ timers }) => timers),
      };
    },
  };
}
