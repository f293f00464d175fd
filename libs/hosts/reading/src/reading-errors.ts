import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong between a thread that reads and the process that asks it, or with a folder to read. */
export const readingErrors = defineErrors({
  READING_MAPPINGS_MISSING: {
    kind: 'configuration',
    message: (d) => `there is no folder of mappings at ${String(d['dir'])}`,
  },
  READING_NOTHING_OPEN: { kind: 'bug', message: () => 'a thread was asked for rows of a file that it has not opened' },
});
