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
