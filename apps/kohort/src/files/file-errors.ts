import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong with a file that a person names on the command line. `line` counts from 1, header included. */
export const fileErrors = defineErrors({
  FILE_NOT_NAMED: { kind: 'invalid-input', message: (d) => `no file was named: ${String(d['option'])} is missing` },
  FILE_NOT_FOUND: { kind: 'invalid-input', message: (d) => `there is no file ${String(d['file'])}` },
  FILE_UNREADABLE: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} cannot be read: ${String(d['reason'])}`,
  },
  FILE_IS_LINK: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} is a link; a folder is imported as it is, name the file that it leads to`,
  },
  FILE_TOO_MANY: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} holds more than ${String(d['limit'])} files; import it in parts`,
  },
  FILE_NO_FIXTURES: {
    kind: 'invalid-input',
    message: (d) => `there is no *.segment-test.yaml in ${[d['paths']].flat().join(', ')}`,
  },
  FILE_EMPTY: { kind: 'invalid-input', message: (d) => `${String(d['file'])} has no rows` },
  FILE_NOT_UTF8: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} is not UTF-8 (near byte ${String(d['byte'])})`,
  },
  FILE_BAD_GZIP: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} is not complete gzip data: ${String(d['reason'])}`,
  },
  FILE_BAD_CSV: { kind: 'invalid-input', message: (d) => `line ${String(d['line'])}: ${String(d['reason'])}` },
  FILE_DUPLICATE_HEADER: {
    kind: 'invalid-input',
    message: (d) => `line 1: the header names column "${String(d['column'])}" more than once`,
  },
  FILE_BAD_JSON: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])}, line ${String(d['line'])}: ${String(d['reason'])}`,
  },
  FILE_BAD_PLAYBOOK: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} is no playbook: ${String(d['reason'])}`,
  },
  FILE_NO_SUCH_COLUMN: {
    kind: 'invalid-input',
    message: (d) => `line 1: the file has no column "${String(d['column'])}"; it has ${String(d['columns'])}`,
  },
  FILE_NAMES_NOBODY: {
    kind: 'invalid-input',
    message: (d) => `line ${String(d['line'])}, column "${String(d['column'])}": the value is no ${String(d['type'])}`,
  },
  FILE_CANNOT_WRITE: {
    kind: 'invalid-input',
    message: (d) => `${String(d['file'])} cannot be written: ${String(d['reason'])}`,
  },
});
