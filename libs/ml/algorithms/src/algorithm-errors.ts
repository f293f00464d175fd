import { defineErrors } from '@kohort/kernel-errors';

/** What the registry refuses beside what estimators refuse themselves. */
export const algorithmErrors = defineErrors({
  ALGORITHM_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no algorithm "${d['name']}"; did you mean "${d['nearest']}"?`,
  },
  ALGORITHM_PARAM: {
    kind: 'invalid-input',
    message: (d) => `parameter ${d['parameter']} of ${d['algorithm']}: ${d['problem']}`,
  },
  ALGORITHM_PARAM_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) =>
      d['nearest'] === null
        ? `${d['algorithm']} has no parameters, "${d['parameter']}" was given`
        : `${d['algorithm']} has no parameter "${d['parameter']}"; did you mean "${d['nearest']}"?`,
  },
  ALGORITHM_SETTING: {
    kind: 'invalid-input',
    message: (d) => `${d['setting']} for ${d['algorithm']}: ${d['problem']}`,
  },
  ALGORITHM_TOO_WIDE: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['algorithm']} takes up to ${d['most']} columns as it is set, there are ${d['cols']}${d['instead']}`,
  },
  ALGORITHM_STATE: { kind: 'invalid-input', message: (d) => `not a stored clustering model: ${d['problem']}` },
});
