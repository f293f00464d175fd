import type { FeatureDefinition } from './feature-definition';
import { featureStatement, type FeatureRequest, type FeatureStatement } from './feature-statement';

/** A trait as it is, null when there is none, and as it is wanted. */
export interface FeatureChangeRequest extends Omit<FeatureRequest, 'definitions'> {
  readonly before: FeatureDefinition | null;
  readonly after: FeatureDefinition;
}

/**
 * How many people the features are computed for, how many of them have a value by `after`, and for how many that is
 * another than by `before`.
 *
 * Shape   one row: people, known, changed
 * Cost    as `featureStatement`
 */
export function featureChangeStatement(request: FeatureChangeRequest): Omit<FeatureStatement, 'cols'> {
  const { before, after, ...rest } = request;
  const { sql, params } = featureStatement({ ...rest, definitions: before === null ? [after] : [after, before] });
  const changed = before === null ? 'NOT isNaN(f0)' : 'isNaN(f0) != isNaN(f1) OR (NOT isNaN(f0) AND f0 != f1)';
  return {
    sql: `SELECT count() AS people, countIf(NOT isNaN(f0)) AS known, countIf(${changed}) AS changed FROM (${sql})`,
    params,
  };
}
