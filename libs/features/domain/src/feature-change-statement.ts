import type { FeatureDefinition } from './feature-definition';
import { isTextsFeature, latestText } from './texts/texts-formula';
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
 * another than by `before`. A feature that is read out of texts counts as known, and as changed, for all who have one.
 *
 * Shape   one row: people, known, changed
 * Cost    as `featureStatement`
 */
export function featureChangeStatement(request: FeatureChangeRequest): Omit<FeatureStatement, 'cols'> {
  const { before, after: wanted, ...rest } = request;
  // What is read out of texts may change for everybody who has one.
  const ofTexts = isTextsFeature(wanted);
  const after = ofTexts ? { ...wanted, formula: latestText(wanted.formula) } : wanted;
  const isText = isTextFeature(after);
  // A number that becomes a text, or the other way about, changes for everybody who has a value.
  const isOne = before !== null && !ofTexts && !isTextsFeature(before) && isTextFeature(before) === isText;
  const same = isOne ? [before] : [];
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
