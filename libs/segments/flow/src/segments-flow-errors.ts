import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong when memberships are computed for a workspace. */
export const segmentsFlowErrors = defineErrors({
  SEGMENTS_VERSION_MISSING: {
    kind: 'not-found',
    message: (d) => `segment ${d['segmentId']} has no version ${d['version']}`,
  },
  SEGMENTS_SEGMENT_ARCHIVED: {
    kind: 'conflict',
    message: (d) => `segment "${d['key']}" is archived; it can serve no version`,
  },
  SEGMENTS_CIRCLE_OPENS: {
    kind: 'rate-limited',
    message: (d) => `segment "${d['key']}" waits for versions that are being filled: ${d['path']}`,
  },
  SEGMENTS_GUARD_HELD: {
    kind: 'conflict',
    message: (d) =>
      `segment "${d['key']}", version ${d['version']}: it would take ${d['leaving']} of ${d['members']} members out; the old version goes on serving until somebody releases this one`,
  },
  SEGMENTS_COMPARE_TOO_MANY: {
    kind: 'invalid-input',
    message: (d) => `at most ${d['limit']} segments are compared at once`,
  },
  SEGMENTS_PREVIEW_EMPTY: { kind: 'bug', message: () => 'the column store gave no figures' },
  SEGMENTS_SEGMENT_NOT_LIVE: {
    kind: 'not-found',
    message: (d) => `there is no live segment "${d['key']}" with a rule`,
  },
  SEGMENTS_PREDICATE_REFUSED: {
    kind: 'invalid-input',
    message: (d) => `segment "${d['key']}": the column store cannot run its SQL predicate: ${d['reason']}`,
  },
  SEGMENTS_PROFILE_MISSING: { kind: 'not-found', message: () => 'there is no such profile' },
});
