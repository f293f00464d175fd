import { defineErrors } from '@kohort/kernel-errors';

/** What matching refuses beside the errors of every estimator. */
export const matchingErrors = defineErrors({
  MATCHING_COSTS: { kind: 'invalid-input', message: (d) => `costs: expected ${d['expected']}, got ${d['got']}` },
  MATCHING_INFEASIBLE: {
    kind: 'unsuitable-data',
    message: (d) => `no complete assignment: row ${d['row']} finds no column that is still allowed`,
  },
  MATCHING_CLUSTERINGS: {
    kind: 'invalid-input',
    message: (d) => `clusterings to match: expected ${d['expected']}, got ${d['got']}`,
  },
});
