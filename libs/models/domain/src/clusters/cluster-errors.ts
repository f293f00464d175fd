import { defineErrors } from '@kohort/kernel-errors';

/** What clustering a table refuses. Files are named by line (from 1) and column, never by a person's value. */
export const clusterErrors = defineErrors({
  CLUSTERS_BAD_PARAMETER: {
    kind: 'invalid-input',
    message: (d) => `${d['parameter']} must be ${d['must']}`,
  },
  CLUSTERS_COLUMN_MISSING: {
    kind: 'invalid-input',
    message: (d) => `line 1: there is no column "${d['column']}" (${d['role']})`,
  },
  CLUSTERS_COLUMN_REPEATED: {
    kind: 'invalid-input',
    message: (d) => `column "${d['column']}" ${d['where']}`,
  },
  CLUSTERS_TABLE_EMPTY: { kind: 'invalid-input', message: () => 'the table has no rows' },
  CLUSTERS_ROW_WIDTH: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}: ${d['found']} fields, the header has ${d['expected']}`,
  },
  CLUSTERS_NOT_A_NUMBER: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column "${d['column']}": ${d['found']} where a number is wanted`,
  },
  CLUSTERS_ID_EMPTY: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column "${d['column']}": the id is empty`,
  },
  CLUSTERS_ID_REPEATED: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column "${d['column']}": the same id as on line ${d['firstLine']}`,
  },
  CLUSTERS_NONE: { kind: 'unsuitable-data', message: () => 'nobody is in a cluster: all rows are noise' },
  CLUSTERS_NO_RULE: {
    kind: 'unsuitable-data',
    message: () => 'the features do not tell this cluster from the others: there is no rule for it',
  },
  CLUSTERS_NOT_A_PATH: {
    kind: 'unsuitable-data',
    message: (d) => `"${d['column']}" cannot be a trait: a name holds no dot and no bracket`,
  },
  CLUSTERS_BAD_MODEL: { kind: 'invalid-input', message: (d) => `not a stored clustering: ${d['problem']}` },
});
