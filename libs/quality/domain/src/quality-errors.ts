import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong with a profile as a whole. What is wrong with the data is a finding, not an error. */
export const qualityErrors = defineErrors({
  QUALITY_PROFILE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the saved profile cannot be read: ${String(d['reason'])}`,
  },
  QUALITY_PROFILE_VERSION: {
    kind: 'invalid-input',
    message: (d) =>
      `the saved profile has version ${String(d['found'])}, this Kohort reads version ${String(d['wanted'])}; make it anew`,
  },
  QUALITY_COLUMN_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no column "${String(d['column'])}"; there are: ${String(d['known'])}`,
  },
});
