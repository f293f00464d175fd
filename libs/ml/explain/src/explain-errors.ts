import { defineErrors } from '@kohort/kernel-errors';

/** What explaining refuses. */
export const explainErrors = defineErrors({
  EXPLAIN_SHAPE: { kind: 'bug', message: (d) => `${d['what']} has length ${d['found']}, expected ${d['expected']}` },
});
