import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong between a thread that reads and the process that asks it. */
export const readingErrors = defineErrors({
  READING_NOTHING_OPEN: { kind: 'bug', message: () => 'a thread was asked for rows of a file that it has not opened' },
});
