import { defineErrors } from '@kohort/kernel-errors';

/** What preparing columns refuses. */
export const preprocessingErrors = defineErrors({
  PREPROCESSING_LENGTHS_DIFFER: {
    kind: 'bug',
    message: (d) => `column "${d['column']}" has ${d['values']} values, the table has ${d['rows']} rows`,
  },
  PREPROCESSING_NOT_FINITE: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" holds an infinite value in row ${d['row']}`,
  },
  PREPROCESSING_COLUMN_MISSING: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" is not in the table`,
  },
  PREPROCESSING_COLUMN_KIND: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" is ${d['found']}, it was ${d['wanted']} when the transform was fitted`,
  },
  PREPROCESSING_STATE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the stored transform cannot be read: ${d['reason']}`,
  },
});
