import { defineErrors } from '@kohort/kernel-errors';

/** What can stop a model from being fitted. */
export const modelErrors = defineErrors({
  MODELS_TOO_FEW_PEOPLE: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${String(d['rows'])} people have data at ${String(d['asOf'])}; at least ${String(d['needed'])} are needed`,
  },
  MODELS_NO_FEATURES: { kind: 'invalid-input', message: () => 'every feature is excluded: none is left to cluster on' },
  MODELS_FEATURE_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no feature "${String(d['feature'])}" to be excluded`,
  },
  MODELS_NOT_SERVED: {
    kind: 'unsuitable-data',
    message: (d) => `there is no clustering "${String(d['model'])}" that is served`,
  },
  MODELS_CARD_UNREADABLE: {
    kind: 'unsuitable-data',
    message: (d) => `version ${String(d['version'])} has no card that says what it scores by; fit the model anew`,
  },
  MODELS_ARTIFACT_DIFFERS: {
    kind: 'bug',
    message: (d) =>
      `the model as it was stored is not the one that was fitted (${String(d['reason'])}): the version before goes on serving`,
  },
  MODELS_FILE_UNREADABLE: {
    kind: 'conflict',
    message: (d) =>
      `the file of version ${String(d['version'])} cannot be read (${String(d['reason'])}): it is not served again`,
  },
  MODELS_NO_EVENTS: { kind: 'unsuitable-data', message: (d) => `no event "${String(d['event'])}" has been stored` },
  MODELS_HISTORY_TOO_SHORT: {
    kind: 'unsuitable-data',
    message: (d) =>
      `a back-test needs ${String(d['neededDays'])} days of "${String(d['event'])}", ${String(d['foundDays'])} are stored`,
  },
});
