import { defineErrors } from '@kohort/kernel-errors';

/** What this room refuses beside the errors of every estimator. */
export const latentErrors = defineErrors({
  LATENT_NEGATIVE: {
    kind: 'unsuitable-data',
    message: (d) => `${d['estimator']} takes counts: the value at row ${d['row']}, column ${d['column']} is below 0`,
  },
  LATENT_EMPTY: {
    kind: 'unsuitable-data',
    message: (d) => `${d['estimator']} finds nothing to learn from: ${d['problem']}`,
  },
  LATENT_NOT_CONVERGED: {
    kind: 'unsuitable-data',
    message: (d) => `the eigenvectors did not converge in ${d['steps']} steps: take a larger neighbourhood`,
  },
});
