import { defineErrors } from '@kohort/kernel-errors';

/** What the models of this library refuse. */
export const propensityErrors = defineErrors({
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
  LOGISTIC_NOT_SOLVABLE: {
    kind: 'unsuitable-data',
    message: () => 'the columns are linearly dependent and the penalty is too weak to tell them apart',
  },
  SOFTMAX_EMPTY_CLASS: {
    kind: 'unsuitable-data',
    message: (d) =>
      Number(d['classes']) < 2
        ? 'at least two classes are needed, there is one'
        : `no row is of class ${d['label']} of ${d['classes']}`,
  },
  PROPENSITY_STATE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the stored ${d['what']} cannot be read: ${d['reason']}`,
  },
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
