import { defineErrors } from '@kohort/kernel-errors';

/** What the models of this library refuse. */
export const propensityErrors = defineErrors({
  LOGISTIC_SHAPE: {
    kind: 'bug',
    message: (d) => `${d['what']} has length ${d['found']}, expected ${d['expected']}`,
  },
  LOGISTIC_NOT_FINITE: {
    kind: 'invalid-input',
    message: (d) => `row ${d['row']}, column ${d['column']} is not a finite number`,
  },
  LOGISTIC_LABEL_NOT_BINARY: {
    kind: 'invalid-input',
    message: (d) => `label of row ${d['row']} is neither 0 nor 1`,
  },
  LOGISTIC_ONE_CLASS: {
    kind: 'unsuitable-data',
    message: (d) => `both outcomes are needed, there are ${d['positives']} positives among ${d['rows']} rows`,
  },
  LOGISTIC_TOO_WIDE: {
    kind: 'unsuitable-data',
    message: (d) => `${d['columns']} columns, at most ${d['allowed']} can be fitted`,
  },
  LOGISTIC_BAD_PARAMETER: {
    kind: 'invalid-input',
    message: (d) => `parameter ${d['parameter']} is ${d['value']}, allowed: ${d['allowed']}`,
  },
  LOGISTIC_NOT_SOLVABLE: {
    kind: 'unsuitable-data',
    message: () => 'the columns are linearly dependent and the penalty is too weak to tell them apart',
  },
  PROPENSITY_STATE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the stored ${d['what']} cannot be read: ${d['reason']}`,
  },
  PROPENSITY_CANCELLED: { kind: 'cancelled', message: (d) => `${d['what']} was cancelled` },
  TREES_SHAPE: {
    kind: 'bug',
    message: (d) => `the trees know ${d['expected']} features, the rows have ${d['found']}`,
  },
  CALIBRATION_SHAPE: {
    kind: 'bug',
    message: (d) => `${d['labels']} labels do not go with ${d['scores']} scores`,
  },
  CALIBRATION_ONE_CLASS: {
    kind: 'unsuitable-data',
    message: (d) => `calibration needs both outcomes, there are ${d['positives']} positives among ${d['rows']} rows`,
  },
});
