import type { FeatureDefinition } from './feature-definition';
import {
  featureStatement,
  isTextFeature,
  textFeatureStatement,
  type FeatureRequest,
  type FeatureStatement,
} from './feature-statement';

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
  const isText = isTextFeature(after);
  // A number that becomes a text, or the other way about, changes for everybody who has a value.
  const same = before !== null && isTextFeature(before) === isText ? [before] : [];
  const asked = { ...rest, definitions: [after, ...same] };
  const { sql, params } = isText ? textFeatureStatement(asked) : featureStatement(asked);
  const known = isText ? 'isNotNull(f0)' : 'NOT isNaN(f0)';
  const differs = isText
    ? "ifNull(f0, '') != ifNull(f1, '')"
    : 'isNaN(f0) != isNaN(f1) OR (NOT isNaN(f0) AND f0 != f1)';
  const changed = same.length === 0 ? known : differs;
  return {
    sql: `SELECT count() AS people, countIf(${known}) AS known, countIf(${changed}) AS changed FROM (${sql})`,
    params,
  };
}
