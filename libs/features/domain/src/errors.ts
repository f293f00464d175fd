import { defineErrors } from '@kohort/kernel-errors';

export const featuresErrors = defineErrors({
  FEATURES_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no feature ${d['key']}; there are ${d['known']}`,
  },
  FEATURES_BUILT_IN: {
    kind: 'invalid-input',
    message: (d) => `"${d['key']}" is built in: it may be changed, not removed`,
  },
  FEATURES_BUILT_IN_NUMBER: {
    kind: 'invalid-input',
    message: (d) => `"${d['key']}" is built in: it stays a number`,
  },
  FEATURES_TEXT: { kind: 'invalid-input', message: (d) => `"${d['key']}" is not of the kind that is asked for` },
  FEATURES_OF_TEXTS: {
    kind: 'invalid-input',
    message: (d) => `"${d['key']}" is read out of texts: it is no column of a statement`,
  },
  FEATURES_NEEDS_EVERYBODY: {
    kind: 'invalid-input',
    message: (d) => `"${d['key']}" is told among everybody: it is computed for all people at one instant`,
  },
  FEATURES_KEY_TWICE: { kind: 'invalid-input', message: (d) => `"${d['key']}" is named twice` },
  FEATURES_SET_TOO_LARGE: {
    kind: 'invalid-input',
    message: (d) => `a workspace computes at most ${d['limit']} traits`,
  },
  FEATURES_SET_MOVED: {
    kind: 'conflict',
    message: (d) => `the computed traits are at version ${d['version']} now`,
  },
  FEATURES_VERSION_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no feature set version ${d['version']}`,
  },
  FEATURES_KEY_INVALID: {
    kind: 'configuration',
    message: (d) => `the order mapping names a property "${d['property']}"; letters, digits and _ only`,
  },
  FEATURES_MAPPING_AMBIGUOUS: {
    kind: 'configuration',
    message: (d) => `the mapping of ${d['event']} gives one property two meanings`,
  },
  FEATURES_TIME_ZONE_INVALID: { kind: 'configuration', message: (d) => `there is no time zone ${d['timeZone']}` },
});
