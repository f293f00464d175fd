import { segmentsErrors } from '../errors';
import type { CompiledRule, CompiledRules } from './compile-rules';
import { EventIndex } from './event-index';
import type { History } from './history';
import { holds } from './holds';
import { LeafTimeline } from './leaf-timeline';
import { makeProof, type Proof } from './proof';
import { earlier } from './sorted-times';

/** The answer for one rule and one profile. */
export interface RuleOutcome {
  readonly member: boolean;
  /** Epoch milliseconds of the first instant at which the answer differs with no new record; null when there is none. */
  readonly nextChangeAt: number | null;
  /** Why; worked out when asked for. */
  readonly explain: () => Proof;
}

/** An outcome with its proof, for one rule. */
export interface ProvenOutcome {
  readonly member: boolean;
  readonly nextChangeAt: number | null;
  readonly proof: Proof;
}

type TimelineOf = (leaf: number) => LeafTimeline;

/**
 * The first later instant at which the rule's answer differs: its leaves' changes are walked in order of time and the
 * rule is read again at each, for a leaf may change without the rule.
 */
function nextChange(rule: CompiledRule, now: number, timeline: TimelineOf): number | null {
  const member = holds(rule.root, (leaf) => timeline(leaf).at(now));
  let instant = now;
  for (;;) {
    let next: number | null = null;
    for (const leaf of rule.leaves) next = earlier(next, timeline(leaf).nextFlip(instant));
    if (next === null) return null;
    const at = next;
    if (holds(rule.root, (leaf) => timeline(leaf).at(at)) !== member) return at;
    instant = at;
  }
}

/**
 * Evaluates many rules on one profile in one pass; leaves they share are computed once.
 *
 * Shape   now: epoch milliseconds, whole; outcomes in the order of the rules
 * Cost    O(events) for each different selection, then a search per leaf and per instant at which a leaf changes
 */
export function evaluateRules(compiled: CompiledRules, history: History, now: number): readonly RuleOutcome[] {
  const index = new EventIndex(history, now);
  const timelines: (LeafTimeline | undefined)[] = [];
  const timeline: TimelineOf = (leaf) => {
    const known = timelines[leaf];
    if (known !== undefined) return known;
    const plan = compiled.leaves[leaf];
    if (plan === undefined) throw segmentsErrors.SEGMENTS_EVALUATION_BROKEN({ reason: `there is no leaf ${leaf}` });
    const made = new LeafTimeline(plan.bind(index), now);
    timelines[leaf] = made;
    return made;
  };
  return compiled.rules.map((rule) => {
    const member = holds(rule.root, (leaf) => timeline(leaf).at(now));
    const nextChangeAt = nextChange(rule, now, timeline);
    const explain = (): Proof =>
      makeProof({ root: rule.root, now, nextChangeAt, leafOf: (leaf) => timeline(leaf).leaf });
    return { member, nextChangeAt, explain };
  });
}

/** Evaluates the first (or only) compiled rule and proves the answer. */
export function evaluateRule(compiled: CompiledRules, history: History, now: number): ProvenOutcome {
  const [outcome] = evaluateRules(compiled, history, now);
  if (outcome === undefined) throw segmentsErrors.SEGMENTS_EVALUATION_BROKEN({ reason: 'there is no rule' });
  return { member: outcome.member, nextChangeAt: outcome.nextChangeAt, proof: outcome.explain() };
}
