import { defineErrors } from '@kohort/kernel-errors';

/** What guided clusterings refuse beside the errors of every estimator. */
export const guidedErrors = defineErrors({
  GUIDED_LINKS: { kind: 'invalid-input', message: (d) => `links: expected ${d['expected']}, got ${d['got']}` },
  GUIDED_LINKS_CONFLICT: {
    kind: 'unsuitable-data',
    message: (d) =>
      `rows ${d['first']} and ${d['second']} may not be together, yet links that must hold join them (${d['conflicts']} such ` +
      `${d['conflicts'] === 1 ? 'pair' : 'pairs'})`,
  },
  GUIDED_UNSATISFIABLE: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['k']} clusters cannot keep all rows apart that must be: ${d['unkept']} links are broken, the first between rows ` +
      `${d['first']} and ${d['second']}; take more clusters, fewer links, or let them be preferences`,
  },
  GUIDED_SEEDS: { kind: 'invalid-input', message: (d) => `seeds: expected ${d['expected']}, got ${d['got']}` },
});
