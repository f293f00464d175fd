import { defineErrors } from '@kohort/kernel-errors';

/** What the text library refuses beside the errors of every estimator. */
export const textErrors = defineErrors({
  TEXT_NO_TERMS: {
    kind: 'unsuitable-data',
    message: (d) =>
      `no term of the ${d['documents']} texts stands in at least ${d['least']} and at most ${d['most']} of them`,
  },
  TEXT_TOO_LONG: {
    kind: 'invalid-input',
    message: (d) => `a text of ${d['length']} characters: at most ${d['limit']} are read`,
  },
  TEXT_EMBEDDER_MISSING: {
    kind: 'configuration',
    message: (d) => `the embedder ${d['embedder']} cannot be loaded: ${d['reason']}`,
  },
});
