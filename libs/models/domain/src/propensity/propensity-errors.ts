import { defineErrors } from '@kohort/kernel-errors';

/** What fitting and scoring propensities refuses. Lines count from 1, the header's included. */
export const propensityModelErrors = defineErrors({
  PROPENSITY_BAD_PARAMETER: {
    kind: 'invalid-input',
    message: (d) => `${d['parameter']} is ${d['value']}, allowed: ${d['allowed']}`,
  },
  PROPENSITY_TABLE_EMPTY: { kind: 'invalid-input', message: () => 'the file has a header at most, and no rows' },
  PROPENSITY_COLUMN_REPEATED: {
    kind: 'invalid-input',
    message: (d) => `line 1: column "${d['column']}" appears more than once`,
  },
  PROPENSITY_COLUMN_MISSING: {
    kind: 'invalid-input',
    message: (d) => `line 1: there is no column "${d['column']}" (${d['role']}); columns are ${names(d['columns'])}`,
  },
  PROPENSITY_COLUMN_TWICE_USED: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" is the ${d['role']} and cannot be a feature too`,
  },
  PROPENSITY_NO_FEATURES: { kind: 'invalid-input', message: () => 'no column is left to predict from' },
  PROPENSITY_ROW_WIDTH: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}: ${d['found']} cells, the header has ${d['expected']}`,
  },
  PROPENSITY_CELL_BLANK: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column "${d['column']}": the ${d['role']} is blank`,
  },
  PROPENSITY_ID_REPEATED: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column "${d['column']}": the id was already used on line ${d['firstLine']}`,
  },
  PROPENSITY_POSITIVE_ABSENT: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" never holds "${d['positive']}"; it holds ${names(d['seen'])}`,
  },
  PROPENSITY_ONE_CLASS: {
    kind: 'unsuitable-data',
    message: (d) =>
      `column "${d['column']}" holds "${d['positive']}" in all ${d['rows']} rows: there is nothing to tell apart`,
  },
  PROPENSITY_TOO_FEW_ROWS: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['folds']} folds need at least ${d['folds']} rows of each outcome; there are ${d['positives']} positives and ${d['negatives']} negatives`,
  },
  PROPENSITY_ENGINE_MISSING: {
    kind: 'configuration',
    message: (d) => `boosted trees cannot be fitted here: ${d['reason']}`,
  },
  PROPENSITY_ARTIFACT_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the model artifact cannot be read: ${d['reason']}`,
  },
  PROPENSITY_MATRICES_DIFFER: {
    kind: 'bug',
    message: (d) => `${d['what']}: ${d['found']}, expected ${d['expected']}`,
  },
});

function names(list: unknown): string {
  return Array.isArray(list) ? list.map((name) => `"${String(name)}"`).join(', ') : '';
}
