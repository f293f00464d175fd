import type {
  EvaluationDecision,
  Evaluator,
  MembershipDecision,
  PersonRecords,
  ProofDecision,
  SegmentId,
  TimerDecision,
} from '@kohort/kernel-contracts';
import {
  evaluateRules,
  hashJson,
  makeHistory,
  proofToJson,
  type CompiledRules,
  type History,
} from '@kohort/segments-domain';
import type { LiveRuleSet } from './live-rule-set';
import type { RuleSets } from './rule-sets';

/** A person's records as the rule language sees them. */
export function toHistory(person: PersonRecords): History {
  return makeHistory({
    profileId: person.profileId,
    events: person.events,
    traits: person.traits,
    memberships: person.memberships.filter(({ member }) => member).map(({ key }) => key),
    consents: person.consents,
    ...(person.crowd === undefined ? {} : { crowd: new Map(person.crowd.map(({ key, ...tally }) => [key, tally])) }),
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

/** The accounts with more people than are read, to which rules lead from here. */
function crowdsOf(person: PersonRecords): readonly PersonRecords[] {
  if (person.crowd !== undefined) return [person];
  if (person.isCut !== true) return [];
  return (person.related ?? []).flatMap(({ records }) => crowdsOf(records));
}

/**
 * Whether what rules ask of such accounts is known: each question has been counted. Until then who is in stays in.
 */
export function isCounted({ crowds }: CompiledRules, person: PersonRecords): boolean {
  return crowdsOf(person).every(({ crowd = [] }) => {
    const known = new Set(crowd.map(({ key }) => key));
    return crowds.every(({ key }) => known.has(key));
  });
}

/** When a count has to be made anew for time's sake: the first instant ahead. One that has passed is being counted. */
function recountAt(crowds: readonly PersonRecords[], now: number): number {
  const turns = crowds.flatMap(({ crowd = [] }) => crowd.flatMap(({ soonest }) => soonest ?? []));
  return Math.min(...turns.filter((instant) => instant > now));
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
  const crowds = person.isLive && compiled.crowds.length > 0 ? crowdsOf(person) : [];
  const [isKnown, recount] = [crowds.length === 0 || isCounted(compiled, person), recountAt(crowds, now)];
  segments.forEach((segment, i) => {
    const { segmentId } = segment;
    const isOfCrowd = crowds.length > 0 && set.relational.has(segment.key);
    if (isOfCrowd && !isKnown) return;
    const outcome = outcomes[i];
    const member = outcome?.member ?? false;
    const dueAt = Math.min(outcome?.nextChangeAt ?? Infinity, isOfCrowd ? recount : Infinity);
    if (dueAt !== Infinity) timers.push({ segmentId, profileId, dueAt });
    const before = standing.get(segmentId);
    if (member === (before !== undefined) && before?.hasProof !== false) return;
    const proof = proofToJson(outcome?.explain() ?? { nodes: [], flip: null });
    const proven = { segmentId, profileId, proof, proofHash: hashJson(proof) };
    if (member === (before !== undefined)) proofs.push(proven);
    else changes.push({ ...proven, member, segmentVersion: segment.version, ruleHash: segment.ruleHash });
  });
  return { changes, proofs, timers, crowds: crowds.map((account) => ({ accountId: account.profileId, profileId })) };
}

/** The questions that the store asks while it holds the people: what to read, and what follows from it. */
export function evaluatorOf(ruleSets: RuleSets, segmentIds?: readonly SegmentId[]): Evaluator {
  return {
    asked: (rules, added) => {
      const all = ruleSets.of(rules, segmentIds);
      const set = added === null || segmentIds !== undefined ? all : ruleSets.concernedBy(all, added);
      return {
        segmentIds: set === all ? (segmentIds ?? null) : set.segments.map((segment) => segment.segmentId),
        needs: set.needs,
        decide: ({ now, people }) => {
          const decisions = people.map((person) => decidePerson(set, person, now));
          return {
            changes: decisions.flatMap(({ changes }) => changes),
            proofs: decisions.flatMap(({ proofs }) => proofs),
            timers: decisions.flatMap(({ timers }) => timers),
            crowds: decisions.flatMap(({ crowds }) => crowds),
          };
        },
      };
    },
  };
}
