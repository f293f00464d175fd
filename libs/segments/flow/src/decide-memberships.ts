import type {
  EvaluationDecision,
  EvaluationInput,
  Evaluator,
  MembershipDecision,
  PersonRecords,
  ProofDecision,
  SegmentId,
  TimerDecision,
} from '@kohort/kernel-contracts';
import { evaluateRules, hashJson, makeHistory, proofToJson, type History } from '@kohort/segments-domain';
import type { LiveRuleSet, RuleSets } from './live-rule-set';

/** A person's records as the rule language sees them. */
export function toHistory(person: PersonRecords): History {
  return makeHistory({
    profileId: person.profileId,
    events: person.events,
    traits: person.traits,
    memberships: person.memberships.filter(({ member }) => member).map(({ key }) => key),
    consents: person.consents,
    ...(person.related === undefined
      ? {}
      : { related: person.related.map(({ since, records }) => ({ since, history: toHistory(records) })) }),
    predictions: person.scores.flatMap(({ model, probability, percentile }) =>
      probability === null || percentile === null ? [] : [{ model, probability, percentile }],
    ),
    clusters: person.scores.flatMap(({ model, cluster, confidence }) =>
      cluster === null ? [] : [{ model, cluster, confidence: confidence ?? 0 }],
    ),
  });
}

function decidePerson(set: LiveRuleSet, person: PersonRecords, now: number): EvaluationDecision {
  const standing = new Map(
    person.memberships.filter(({ member }) => member).map((membership) => [membership.segmentId, membership]),
  );
  const changes: MembershipDecision[] = [];
  const proofs: ProofDecision[] = [];
  const timers: TimerDecision[] = [];
  const { profileId } = person;
  // Who was merged into another is in no segment; the other has the records.
  const { segments, compiled } = set.judging[person.entity];
  const outcomes = person.isLive ? evaluateRules(compiled, toHistory(person), now) : [];
  segments.forEach((segment, i) => {
    const { segmentId } = segment;
    // Relations lead to more people than were read: who is in stays in until the column store is asked.
    if (person.isCut === true && person.isLive && set.relational.has(segment.key)) return;
    const outcome = outcomes[i];
    const member = outcome?.member ?? false;
    if (outcome !== undefined && outcome.nextChangeAt !== null) {
      timers.push({ segmentId, profileId, dueAt: outcome.nextChangeAt });
    }
    const before = standing.get(segmentId);
    if (member === (before !== undefined) && before?.hasProof !== false) return;
    const proof = proofToJson(outcome?.explain() ?? { nodes: [], flip: null });
    const proven = { segmentId, profileId, proof, proofHash: hashJson(proof) };
    if (member === (before !== undefined)) proofs.push(proven);
    else changes.push({ ...proven, member, segmentVersion: segment.version, ruleHash: segment.ruleHash });
  });
  return { changes, proofs, timers };
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
        proofs: decisions.flatMap(({ proofs }) => proofs),
        timers: decisions.flatMap(({ timers }) => timers),
      };
    },
  };
}
