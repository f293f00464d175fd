import { defineErrors } from '@kohort/kernel-errors';

/** What classification measures refuse. */
export const classificationErrors = defineErrors({
  METRICS_LENGTHS_DIFFER: {
    kind: 'bug',
    message: (d) => `${d['labels']} labels do not go with ${d['scores']} scores`,
  },
  METRICS_LABEL_NOT_BINARY: {
    kind: 'bug',
    message: (d) => `label at index ${d['index']} is neither 0 nor 1`,
  },
  METRICS_SCORE_NOT_FINITE: {
    kind: 'bug',
    message: (d) => `score at index ${d['index']} is not a finite number`,
  },
  METRICS_NOT_A_PROBABILITY: {
    kind: 'bug',
    message: (d) => `score at index ${d['index']} is outside 0..1`,
  },
  METRICS_ONE_CLASS: {
    kind: 'unsuitable-data',
    message: (d) => `the measure needs both outcomes, there are ${d['positives']} positives among ${d['rows']} rows`,
  },
  METRICS_BAD_SETTING: {
    kind: 'bug',
    message: (d) => `${d['setting']} must be ${d['allowed']}`,
  },
});
