import { defineErrors } from '@kohort/kernel-errors';

/** Errors of record linkage. */
export const linkageErrors = defineErrors({
  LINKAGE_BAD_FIELDS: {
    kind: 'invalid-input',
    message: (d) =>
      d['column'] == null
        ? `name between 1 and ${String(d['most'])} fields to compare`
        : `field "${String(d['column'])}" is named twice`,
  },
  LINKAGE_BAD_PARAMETER: {
    kind: 'invalid-input',
    message: (d) => `${String(d['parameter'])} must be ${String(d['must'])}`,
  },
  LINKAGE_COLUMN_MISSING: {
    kind: 'invalid-input',
    message: (d) => `there is no column "${String(d['column'])}"; there are ${String(d['columns'])}`,
  },
  LINKAGE_ID_REPEATED: {
    kind: 'invalid-input',
    message: (d) => `line ${String(d['line'])}: column "${String(d['column'])}" is empty or names an earlier record`,
  },
  LINKAGE_TRUTH_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `line ${String(d['line'])} of the true pairs: column ${String(d['column'])} names no record`,
  },
  LINKAGE_NO_BLOCKING: {
    kind: 'unsuitable-data',
    message: (d) =>
      `no blocking rule keeps the pairs below ${String(d['most'])}: the fields tell too few records apart`,
  },
  LINKAGE_TOO_FEW_RECORDS: {
    kind: 'unsuitable-data',
    message: (d) => `${String(d['records'])} records: there is nothing to compare`,
  },
  LINKAGE_NO_MATCHES: {
    kind: 'unsuitable-data',
    message: () => 'no comparison vector looks like a match: the fields agree no more often than by chance',
  },
  LINKAGE_CANCELLED: { kind: 'cancelled', message: () => 'the linkage was cancelled' },
});
