import { defineErrors, type ErrorDetails } from '@kohort/kernel-errors';

const list = (value: unknown): string => (Array.isArray(value) ? value.join('; ') : String(value));

/** Where in a Parquet file it is. */
const placeOf = (d: ErrorDetails): string =>
  `${String(d['file'])}: row group ${String(d['rowGroup'])}, column "${String(d['column'])}"`;

/** What can be wrong with an import as a whole; faults of single rows are row codes, not errors. */
export const ingestErrors = defineErrors({
  INGEST_MAPPING_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the mapping is not valid: ${list(d['issues'])}`,
  },
  INGEST_MAPPING_NOT_FOUND: {
    kind: 'invalid-input',
    message: (d) =>
      `no mapping fits the file; nearest: ${list(d['nearest'])}; the file has: ${list(d['columns'])}; "kohort profile --csv FILE --key COLUMN --fixes-out mapping.yaml" drafts one`,
  },
  INGEST_MAPPING_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `there is no mapping called "${String(d['name'])}"; there are: ${list(d['known'])}`,
  },
  INGEST_MAPPING_AMBIGUOUS: {
    kind: 'invalid-input',
    message: (d) => `several mappings fit the file equally well: ${list(d['names'])}; name one`,
  },
  INGEST_COLUMNS_MISSING: {
    kind: 'invalid-input',
    message: (d) => `mapping "${String(d['mapping'])}" needs columns that the file lacks: ${list(d['missing'])}`,
  },
  INGEST_FILE_UNREADABLE: {
    kind: 'invalid-input',
    message: (d) => `the file cannot be read: ${String(d['reason'])}`,
  },
  INGEST_HEADER_INVALID: {
    kind: 'invalid-input',
    message: (d) => `line ${String(d['line'])}: ${String(d['reason'])}`,
  },
  INGEST_FILE_MALFORMED: {
    kind: 'invalid-input',
    message: (d) =>
      `line ${String(d['line'])}: quotes are left open too often; the file is not CSV as its first lines promise`,
  },
  INGEST_TOO_MANY_ROWS: {
    kind: 'invalid-input',
    message: (d) => `the file has more than ${String(d['limit'])} rows; split it`,
  },
  INGEST_PARQUET_DAMAGED: {
    kind: 'invalid-input',
    message: (d) => `${placeOf(d)} is damaged: ${String(d['reason'])}`,
  },
  INGEST_PARQUET_TOO_LARGE: {
    kind: 'invalid-input',
    message: (d) =>
      `${placeOf(d)} needs more than ${String(d['limitMb'])} MB (KOHORT_HEAP_MB); write the file with smaller row groups`,
  },
  INGEST_PARQUET_TOO_SLOW: {
    kind: 'invalid-input',
    message: (d) => `${placeOf(d)} was not read after ${String(d['seconds'])} s; reading was ended`,
  },
  INGEST_FILE_CHANGED: {
    kind: 'conflict',
    message: () => 'the checkpoint belongs to another file or mapping; start a new import',
  },
  INGEST_PULL_MAPPING: {
    kind: 'configuration',
    message: () => 'rows that are pulled need a mapping of format table without a group: group in the query instead',
  },
  INGEST_PULL_NO_REMOVAL: {
    kind: 'configuration',
    message: () => 'a table that is mirrored needs a mapping with `removal`: what a record that is gone says',
  },
  INGEST_PULL_GONE: {
    kind: 'configuration',
    message: (d) =>
      `${String(d['gone'])} of ${String(d['known'])} known records are gone, more than the settings allow at once (${String(d['share'])}); nothing was taken back: look at the table and its grants, or raise the share`,
  },
  INGEST_CANCELLED: {
    kind: 'cancelled',
    message: () => 'the import was cancelled; it can be taken up where it stopped',
  },
});
