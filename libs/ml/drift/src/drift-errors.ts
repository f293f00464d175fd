import { defineErrors } from '@kohort/kernel-errors';

/** What measures of drift refuse. */
export const driftErrors = defineErrors({
  DRIFT_EMPTY: { kind: 'unsuitable-data', message: (d) => `${d['measure']} needs values on both sides` },
  DRIFT_NOT_FINITE: {
    kind: 'invalid-input',
    message: (d) => `${d['measure']}: value ${d['place']} of the ${d['side']} sample is no finite number`,
  },
  DRIFT_PARAM: { kind: 'invalid-input', message: (d) => `${d['parameter']} must be ${d['must']}` },
});
