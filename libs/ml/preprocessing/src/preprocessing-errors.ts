import { defineErrors } from '@kohort/kernel-errors';

/** What preparing columns refuses. Rows count from 0; a cell's own value is never told. */
export const preprocessingErrors = defineErrors({
  PREPROCESSING_LENGTHS_DIFFER: {
    kind: 'bug',
    message: (d) => `column "${d['column']}" has ${d['values']} values, the table has ${d['rows']} rows`,
  },
  PREPROCESSING_NOT_FINITE: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" holds an infinite value in row ${d['row']}`,
  },
  PREPROCESSING_MISSING_VALUE: {
    kind: 'invalid-input',
    message: (d) =>
      `column "${d['column']}" has no value in row ${d['row']}, and ${d['transformer']} takes none: impute it`,
  },
  PREPROCESSING_COLUMN_MISSING: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" is not in the table`,
  },
  PREPROCESSING_COLUMN_KIND: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" is ${d['found']}, ${d['wanted']} is wanted`,
  },
  PREPROCESSING_COLUMN_REPEATED: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" would be in the table twice`,
  },
  PREPROCESSING_COLUMN_EMPTY: {
    kind: 'unsuitable-data',
    message: (d) => `column "${d['column']}" has no value in any row, so ${d['transformer']} learns nothing of it`,
  },
  PREPROCESSING_COLUMN_CONSTANT: {
    kind: 'unsuitable-data',
    message: (d) =>
      `column "${d['column']}" has the same value in every row, so ${d['transformer']} learns nothing of it`,
  },
  PREPROCESSING_NO_ROWS: {
    kind: 'unsuitable-data',
    message: (d) => `${d['transformer']} cannot learn from a table without rows`,
  },
  PREPROCESSING_NO_COLUMNS: {
    kind: 'invalid-input',
    message: (d) => `${d['transformer']} was given no column`,
  },
  PREPROCESSING_TOO_FEW: {
    kind: 'unsuitable-data',
    message: (d) => `${d['transformer']} needs at least ${d['needed']} ${d['of']}, there are ${d['found']}`,
  },
  PREPROCESSING_NOTHING_LEFT: {
    kind: 'unsuitable-data',
    message: (d) => `${d['transformer']} would leave no column: ${d['reason']}`,
  },
  PREPROCESSING_OVERFLOW: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['transformer']} cannot compute with numbers this large: what it learned is not finite (${d['at']})`,
  },
  PREPROCESSING_DOMAIN: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}", row ${d['row']}: ${d['transformer']} takes ${d['must']}`,
  },
  PREPROCESSING_UNSEEN_LEVEL: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" holds a category in row ${d['row']} that was not there in fitting`,
  },
  PREPROCESSING_TARGET: {
    kind: 'invalid-input',
    message: (d) => `the target of ${d['transformer']}: ${d['problem']}`,
  },
  PREPROCESSING_RANDOM_ABSENT: {
    kind: 'bug',
    message: (d) => `${d['transformer']} draws numbers: give it a Random`,
  },
  PREPROCESSING_NO_WAY_BACK: {
    kind: 'invalid-input',
    message: (d) => `what ${d['transformer']} made cannot be turned back`,
  },
  PREPROCESSING_PARAM: {
    kind: 'invalid-input',
    message: (d) => `parameter ${d['parameter']} of ${d['transformer']}: ${d['problem']}`,
  },
  PREPROCESSING_UNKNOWN_TRANSFORMER: {
    kind: 'invalid-input',
    message: (d) => `there is no transformer "${d['use']}"; there are ${d['known']}`,
  },
  PREPROCESSING_STATE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the stored transform cannot be read: ${d['reason']}`,
  },
});
