import { defineErrors } from '@kohort/kernel-errors';

/** What trees refuse. */
export const treesErrors = defineErrors({
  TREES_BAD_CLASS: {
    kind: 'invalid-input',
    message: (d) => `the class of row ${d['row']} must be a whole number from 0 to ${d['most']}`,
  },
});
