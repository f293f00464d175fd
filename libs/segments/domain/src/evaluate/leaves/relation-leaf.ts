import type { JsonObject } from '@kohort/kernel-contracts';
import type { NumberTest } from '../../rule/operand';
import type { Entity, Quantifier } from '../../rule/parsed-rule';
import type { CompiledRule } from '../compile-rules';
import { Evaluation } from '../evaluation';
import type { EventIndex } from '../event-index';
import { cheapestFlip } from '../flip';
import type { CrowdTally, Related } from '../history';
import { constantLeaf, valueEvidence, type BoundLeaf, type LeafEvidence, type LeafFlip, type LeafPlan } from '../leaf';
import { passes } from '../number-test';

/** What is asked of each of those that a relation leads to, compiled. */
export interface CrowdQuestion {
  /** Equal questions have equal keys, in whatever rules they stand. */
  readonly key: string;
  /** Shared by all relations of a rule set to the same entity; it may still grow while rules are compiled. */
  readonly leaves: readonly LeafPlan[];
  readonly rule: CompiledRule;
}

/** A relation: for how many of those that it leads to its question has to hold. */
export interface RelationQuestion extends CrowdQuestion {
  readonly to: Entity;
  readonly quantifier: Quantifier;
  readonly count: NumberTest;
}

/** A proof names at most this many of those that a relation leads to. */
const RELATED_SHOWN = 20;

const NOBODY: Tally = { matching: 0, total: 0 };

interface Tally {
  readonly matching: number;
  readonly total: number;
}

/** Whether so many of so many are what the relation asks for; over none, `all` and `none` hold. */
function holdsFor({ quantifier, count }: RelationQuestion, { matching, total }: Tally): boolean {
  switch (quantifier) {
    case 'any':
      return matching > 0;
    case 'all':
      return matching === total;
    case 'none':
      return matching === 0;
    case 'count':
      return passes(count, matching);
  }
}

/** One that the relation leads to, under all the questions of a rule set. */
interface Judged extends Related {
  readonly evaluation: Evaluation;
}

/** Evaluations over those that a profile leads to: made once for all relations of a rule set. */
const evaluations = new WeakMap<EventIndex, Map<readonly LeafPlan[], readonly Judged[]>>();

function judgedOf(index: EventIndex, leaves: readonly LeafPlan[]): readonly Judged[] {
  const known = evaluations.get(index) ?? new Map<readonly LeafPlan[], readonly Judged[]>();
  evaluations.set(index, known);
  const made =
    known.get(leaves) ??
    index.history.related.map((one) => ({ ...one, evaluation: new Evaluation(leaves, one.history, index.now) }));
  known.set(leaves, made);
  return made;
}

class RelationLeaf implements BoundLeaf {
  constructor(
    private readonly question: RelationQuestion,
    private readonly judged: readonly Judged[],
  ) {}

  private here(now: number): readonly Judged[] {
    return this.judged.filter(({ since }) => since <= now);
  }

  private matching(now: number): readonly Judged[] {
    return this.here(now).filter(({ evaluation }) => evaluation.answerAt(this.question.rule, now));
  }

  at(now: number): boolean {
    return holdsFor(this.question, { matching: this.matching(now).length, total: this.here(now).length });
  }

  nextCandidate(now: number): number | null {
    let next = Infinity;
    for (const { since, evaluation } of this.judged) {
      next = Math.min(next, since > now ? since : evaluation.nextTurn(this.question.rule, now));
    }
    return next === Infinity ? null : next;
  }

  evidence(now: number): LeafEvidence {
    const { to, quantifier, count } = this.question;
    const matching = this.matching(now);
    const asked: JsonObject =
      quantifier !== 'count' ? {} : { op: count.op, n: count.op === 'between' ? [count.n, count.high] : count.n };
    const ids = matching.slice(0, RELATED_SHOWN).map(({ history }) => history.profileId);
    const value = { to, quantifier, ...asked, matching: matching.length, of: this.here(now).length, ids };
    return { values: [value], eventIds: [], count: null, window: null };
  }

  flip(now: number): LeafFlip | null {
    const { question } = this;
    const result = this.at(now);
    const [total, matching] = [this.here(now).length, this.matching(now).length];
    const one = question.to === 'account' ? 'account' : 'person';
    if (holdsFor(question, { matching: matching + 1, total: total + 1 }) !== result)
      return { records: 1, text: `one more ${one} that meets it` };
    if (holdsFor(question, { matching, total: total + 1 }) !== result)
      return { records: 1, text: `one more ${one} that does not meet it` };
    const more = holdsFor(question, { matching: matching + 1, total }) !== result;
    if (!more && holdsFor(question, { matching: matching - 1, total }) === result) return null;
    return this.innerFlip(now, more);
  }

  /** The fewest records that turn one of them to `wanted`. */
  private innerFlip(now: number, wanted: boolean): LeafFlip | null {
    const { rule, to } = this.question;
    let cheapest: LeafFlip | null = null;
    for (const { history, evaluation } of this.here(now)) {
      if (evaluation.answerAt(rule, now) === wanted) continue;
      const plan = cheapestFlip(rule.root, wanted, { now, leafOf: (leaf) => evaluation.bound(leaf) });
      if (plan === null || (cheapest !== null && cheapest.records <= plan.records)) continue;
      cheapest = { records: plan.records, text: `of ${to} ${history.profileId}: ${plan.texts.join(' and ')}` };
    }
    return cheapest;
  }
}

/** A relation to people who were counted before: what holds until one of their answers turns. */
function crowdLeaf(question: RelationQuestion, tally: Tally): BoundLeaf {
  const { to, quantifier, count } = question;
  const asked: JsonObject =
    quantifier !== 'count' ? {} : { op: count.op, n: count.op === 'between' ? [count.n, count.high] : count.n };
  const value = { to, quantifier, ...asked, matching: tally.matching, of: tally.total, ids: [] };
  return constantLeaf(holdsFor(question, tally), valueEvidence(value), null);
}

/** Plans a relation: for how many of those it leads to its question holds. */
export function planRelation(question: RelationQuestion): LeafPlan {
  const { to, quantifier, count, key } = question;
  const ofNone = holdsFor(question, { matching: 0, total: 0 });
  return {
    key: `relation ${to} ${quantifier} ${JSON.stringify(count)} ${key}`,
    settled: ({ history }) => (history.crowd === null && history.related.length === 0 ? ofNone : undefined),
    bind: (index) => {
      const { crowd } = index.history;
      return crowd === null
        ? new RelationLeaf(question, judgedOf(index, question.leaves))
        : crowdLeaf(question, crowd.get(question.key) ?? NOBODY);
    },
  };
}

/**
 * Counts some people of an account for all that rules ask of them. What several calls give for parts of a crowd is summed
 * by `addCrowds`.
 *
 * Shape   people: each with since when they belong to the account; now: epoch milliseconds; by the questions' keys
 * Cost    as evaluating each of them
 */
export function countCrowd(
  questions: readonly CrowdQuestion[],
  people: readonly Related[],
  now: number,
): ReadonlyMap<string, CrowdTally> {
  const tallies = new Map(questions.map(({ key }) => [key, { matching: 0, total: 0, soonest: Infinity }]));
  for (const { since, history } of people) {
    const evaluations = new Map<readonly LeafPlan[], Evaluation>();
    for (const { key, leaves, rule } of questions) {
      const evaluation = evaluations.get(leaves) ?? new Evaluation(leaves, history, now);
      evaluations.set(leaves, evaluation);
      const tally = tallies.get(key);
      if (tally === undefined) continue;
      tally.soonest = Math.min(tally.soonest, since > now ? since : evaluation.nextTurn(rule, now));
      if (since > now) continue;
      tally.total += 1;
      if (evaluation.answerAt(rule, now)) tally.matching += 1;
    }
  }
  return new Map(
    [...tallies].map(([key, { soonest, ...tally }]) => [
      key,
      { ...tally, soonest: soonest === Infinity ? null : soonest },
    ]),
  );
}

/** The sum of what was counted of two parts of a crowd, of the questions of both. */
export function addCrowds(
  a: ReadonlyMap<string, CrowdTally>,
  b: ReadonlyMap<string, CrowdTally>,
): ReadonlyMap<string, CrowdTally> {
  const sum = new Map(a);
  for (const [key, more] of b) {
    const known = sum.get(key);
    if (known === undefined) {
      sum.set(key, more);
      continue;
    }
    const turns = [known.soonest, more.soonest].flatMap((instant) => instant ?? []);
    sum.set(key, {
      matching: known.matching + more.matching,
      total: known.total + more.total,
      soonest: turns.length === 0 ? null : Math.min(...turns),
    });
  }
  return sum;
}
