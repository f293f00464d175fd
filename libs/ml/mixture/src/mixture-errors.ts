import { defineErrors } from '@kohort/kernel-errors';

/** What mixtures refuse beside the errors of every estimator. */
export const mixtureErrors = defineErrors({
  MIXTURE_SINGULAR: {
    kind: 'unsuitable-data',
    message: (d) =>
      `the covariance of component ${d['component']} is singular at column ${d['column']} (${d['rows']} rows weigh in it): ` +
      'raise the regularisation, take fewer components or a simpler covariance, or leave out columns that repeat others',
  },
});
