import { segmentsErrors } from '../errors';
import type { CompiledRules } from './compile-rules';
import { Evaluation } from './evaluation';
import type { History } from './history';
import type { BoundLeaf } from './leaf';
import { makeProof, type Proof } from './proof';

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

/**
 * Evaluates many rules on one profile in one pass; leaves they share are computed once, and those that no time can
 * change are not bound to the history at all. Proofs are worked out when asked for.
 *
 * Shape   now: epoch milliseconds, whole; outcomes in the order of the rules
 * Cost    O(events) for each different selection, then a search per leaf and per instant at which a leaf changes
 */
export function evaluateRules(compiled: CompiledRules, history: History, now: number): readonly RuleOutcome[] {
  const evaluation = new Evaluation(compiled.leaves, history, now);
  const leafOf = (leaf: number): BoundLeaf => evaluation.bound(leaf);
  return compiled.rules.map((rule) => {
    const member = rule.test(evaluation);
    const nextChangeAt = evaluation.nextChange(rule, member);
    const explain = (): Proof => makeProof({ root: rule.root, now, nextChangeAt, leafOf });
    return { member, nextChangeAt, explain };
  });
}

/** Evaluates the first (or only) compiled rule and proves the answer. */
export function evaluateRule(compiled: CompiledRules, history: History, now: number): ProvenOutcome {
  const [outcome] = evaluateRules(compiled, history, now);
  if (outcome === undefined) throw segmentsErrors.SEGMENTS_EVALUATION_BROKEN({ reason: 'there is no rule' });
  return { member: outcome.member, nextChangeAt: outcome.nextChangeAt, proof: outcome.explain() };
}
