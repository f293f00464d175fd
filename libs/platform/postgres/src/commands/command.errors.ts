import { defineErrors } from '@kohort/kernel-errors';

/** Expected failures of the API's writes. Foreign and unknown are the same. */
export const commandErrors = defineErrors({
  COMMAND_KEY_TAKEN: {
    kind: 'conflict',
    message: (d) => `${String(d['what'])} "${String(d['key'])}" exists already; keys are never reused`,
  },
  COMMAND_NOT_FOUND: { kind: 'not-found', message: (d) => `there is no such ${String(d['what'])}` },
  COMMAND_IDEMPOTENCY_REUSED: {
    kind: 'conflict',
    message: () => 'this idempotency key was used for another request',
  },
  COMMAND_SEGMENT_ARCHIVED: { kind: 'conflict', message: () => 'an archived segment is not published again' },
  COMMAND_SEGMENT_NAMED: {
    kind: 'conflict',
    message: (d) =>
      `segment "${String(d['key'])}" is named by the rules of ${String(d['by'])}, which serve: change or archive them first, or release the archiving, and nobody is in it for them`,
  },
  COMMAND_VERSION_MOVED: {
    kind: 'conflict',
    message: (d) =>
      `the latest version is ${String(d['latest'])}, not ${String(d['expected'])}: somebody has changed the segment since`,
  },
  COMMAND_NOT_A_LIST: {
    kind: 'conflict',
    message: (d) => `segment "${String(d['key'])}" is no list: its members follow from its rule`,
  },
  COMMAND_VERSION_NEVER_SERVED: {
    kind: 'conflict',
    message: (d) => `version ${String(d['version'])} has never served; publish it instead`,
  },
  COMMAND_MODEL_NEVER_SERVED: {
    kind: 'conflict',
    message: (d) => `version ${String(d['version'])} of "${String(d['model'])}" has never been served`,
  },
  COMMAND_MODEL_SCORES_GONE: {
    kind: 'conflict',
    message: (d) =>
      `the scores of version ${String(d['version'])} of "${String(d['model'])}" are kept no longer; one can return to: ${String(d['kept'])}`,
  },
  COMMAND_VERSION_NOT_HELD: { kind: 'conflict', message: () => 'no such version of this segment is held' },
  COMMAND_VERSION_DISCARDED: {
    kind: 'conflict',
    message: (d) => `version ${String(d['version'])} was discarded; draft its rule anew`,
  },
  COMMAND_SYNC_EXISTS: {
    kind: 'conflict',
    message: () => 'this segment is already synced to this destination',
  },
  COMMAND_PLAN_ARCHIVED: {
    kind: 'conflict',
    message: () => 'an archived version of a tracking plan is not approved again; draft its document anew',
  },
});
