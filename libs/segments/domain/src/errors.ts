import { defineErrors, type ErrorDetails } from '@kohort/kernel-errors';

const at = (d: ErrorDetails): string =>
  d['segment'] ? `segment "${d['segment']}", node ${d['node']}` : `node ${d['node']}`;
const hint = (d: ErrorDetails): string => (d['suggestion'] ? `; did you mean "${d['suggestion']}"?` : '');

/** What is wrong in a file, where it stands. */
const inFile = (d: ErrorDetails): string =>
  [
    d['file'],
    ...(d['line'] ? [`line ${d['line']}, column ${d['column']}`] : []),
    ...(d['path'] ? [`${d['path']}: ${d['reason']}`] : [d['reason']]),
  ].join(', ');

/** Everything that can be wrong with a rule, a history or a file of messages. Every rule error names its node. */
export const segmentsErrors = defineErrors({
  SEGMENTS_RULE_INVALID: { kind: 'invalid-input', message: (d) => `${at(d)}: ${d['reason']}` },
  SEGMENTS_RULE_UNKNOWN_NODE: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: "${d['name']}" is not a kind of node${hint(d)}`,
  },
  SEGMENTS_RULE_UNKNOWN_FIELD: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: there is no field "${d['name']}"${hint(d)}`,
  },
  SEGMENTS_RULE_UNKNOWN_OPERATOR: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: there is no operator "${d['name']}"${hint(d)}`,
  },
  SEGMENTS_RULE_TYPE_MISMATCH: { kind: 'invalid-input', message: (d) => `${at(d)}: ${d['reason']}` },
  SEGMENTS_RULE_BAD_PATTERN: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: the pattern is not a regular expression in RE2 syntax (${d['reason']})`,
  },
  SEGMENTS_RULE_TOO_DEEP: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: the rule is more than ${d['limit']} levels deep`,
  },
  SEGMENTS_RULE_TOO_LARGE: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: the rule has more than ${d['limit']} nodes`,
  },
  SEGMENTS_RULE_DUPLICATE_NODE: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: another node has the same id`,
  },
  SEGMENTS_TEXT_INVALID: {
    kind: 'invalid-input',
    message: (d) => `line ${d['line']}, column ${d['column']}: ${d['reason']}`,
  },
  SEGMENTS_SEGMENT_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: there is no segment "${d['name']}"${hint(d)}`,
  },
  SEGMENTS_SEGMENT_CYCLE: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: segments refer to each other in a circle: ${d['path']}`,
  },
  SEGMENTS_STILL_NAMED: {
    kind: 'conflict',
    message: (d) => `segment "${d['key']}" cannot be archived: the rule of "${d['by']}" names it`,
  },
  SEGMENTS_NODE_UNSUPPORTED: {
    kind: 'invalid-input',
    message: (d) => `${at(d)}: a "${d['name']}" node cannot be evaluated ${d['where']}`,
  },
  SEGMENTS_ENTITY_UNSUPPORTED: {
    kind: 'invalid-input',
    message: (d) => `rules over "${d['entity']}" cannot be evaluated ${d['where']}`,
  },
  SEGMENTS_TIME_INVALID: {
    kind: 'invalid-input',
    message: (d) => `${d['what']} must be an ISO-8601 instant with a zone, such as 2026-05-14T10:00:00.000Z`,
  },
  SEGMENTS_EVALUATION_BROKEN: { kind: 'bug', message: (d) => `a rule could not be evaluated: ${d['reason']}` },
  SEGMENTS_FIXTURE_INVALID: { kind: 'invalid-input', message: inFile },
  SEGMENTS_FILE_INVALID: { kind: 'invalid-input', message: inFile },
  SEGMENTS_MESSAGE_INVALID: { kind: 'invalid-input', message: (d) => `line ${d['line']}: ${d['reason']}` },
});
