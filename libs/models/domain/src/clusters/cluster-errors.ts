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
  CLUSTERS_KNOWN_LINE: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column "${d['column']}": ${d['problem']}`,
  },
  CLUSTERS_KNOWN_STRANGER: {
    kind: 'invalid-input',
    message: (d) => `${d['role']} names ${d['id']}, who is not among those who are clustered`,
  },
  CLUSTERS_KNOWN_TWICE: {
    kind: 'invalid-input',
    message: (d) => `${d['id']} is a seed of two groups: ${[d['groups']].flat().join(' and ')}`,
  },
  CLUSTERS_LINK_SELF: { kind: 'invalid-input', message: (d) => `${d['id']} is linked with itself` },
  CLUSTERS_LINKS_CONFLICT: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['first']} and ${d['second']} may not be together, yet links that must hold join them (${d['conflicts']} such ` +
      `${d['conflicts'] === 1 ? 'pair' : 'pairs'})`,
  },
  CLUSTERS_LINKS_UNKEPT: {
    kind: 'unsuitable-data',
    message: (d) =>
      `${d['k']} clusters cannot keep all apart that must be: ${d['unkept']} links are broken, the first between ` +
      `${d['first']} and ${d['second']}; take more clusters, fewer links, or let them be preferences`,
  },
  CLUSTERS_TOO_MANY_WORDS: {
    kind: 'invalid-input',
    message: (d) =>
      `column "${d['column']}" has ${d['words']} different words, a category has ${d['most']} at most: it tells rows apart ` +
      'rather than groups',
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
