import { FAILURE_FIELDS, reasonOf, type MutationAnswer } from './results';

/** What may be wrong in a rule, as the API tells it. */
export interface RuleWarning {
  /** event, trait, segment, model, property, type or value; `none` where the rule could not be looked at. */
  readonly kind: string;
  readonly name: string;
  readonly message: string;
}

/** What `ruleAdvice` answers: the warnings, or why there are none. */
export interface AdviceAnswer extends MutationAnswer {
  readonly warnings?: readonly RuleWarning[];
}

/** Selected of `ruleAdvice`. */
export const ADVICE_FIELDS = `__typename ... on RuleAdvice { warnings { node kind name suggestion message } } ${FAILURE_FIELDS}`;

/** The warnings of a rule; one that says so where it could not be held against what is stored. */
export function warningsOf(advice: AdviceAnswer): readonly RuleWarning[] {
  if (advice.warnings !== undefined) return advice.warnings;
  const message = `the rule could not be held against what is stored: ${reasonOf(advice)}`;
  return [{ kind: 'none', name: '', message }];
}
