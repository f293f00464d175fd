import { defineErrors } from '@kohort/kernel-errors';

/** What judging refuses. */
export const judgingErrors = defineErrors({
  JUDGING_TOO_FEW_K: {
    kind: 'invalid-input',
    message: (d) => `${d['what']} needs at least ${d['needed']} numbers of clusters, there are ${d['given']}`,
  },
  JUDGING_SERIES_UNSORTED: {
    kind: 'bug',
    message: (d) => `the ${d['what']} must rise, entry ${d['at']} does not`,
  },
});
