import { defineErrors } from '@kohort/kernel-errors';

/** What clustering through networks refuses beside the errors of every estimator. */
export const deepErrors = defineErrors({
  DEEP_COLLAPSED: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['estimator']} collapsed: ${d['problem']}; take another seed, a lower rate or a wider code, or an algorithm ` +
      'that works on the columns themselves',
  },
  DEEP_DIVERGED: {
    kind: 'unsuitable-data',
    message: (d) => `${d['estimator']} diverged: its loss is no number after ${d['epochs']} epochs; take a lower rate`,
  },
});
