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
  QUALITY_SOURCE_UNKNOWN: {
    kind: 'not-found',
    message: (d) => `there is no source "${String(d['source'])}"`,
  },
  QUALITY_NO_ROWS: {
    kind: 'unsuitable-data',
    message: (d) => `${String(d['what'])} has no rows to profile`,
  },
  QUALITY_CANCELLED: { kind: 'cancelled', message: () => 'profiling was stopped; nothing was written' },
  QUALITY_PERSON_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `no column names the person of a row; name it with --person; there are: ${String(d['known'])}`,
  },
  QUALITY_COLUMN_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no column "${String(d['column'])}"; there are: ${String(d['known'])}`,
  },
});
