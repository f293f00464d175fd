import { integerText, type Setting } from './define-config';

/** How much one import may be, for the processes that read files. */
export const importSettings = {
  KOHORT_IMPORT_MAX_MB: {
    type: integerText(1, 1_048_576),
    default: 1_024,
    audience: 'server',
    help: 'size of a file that may be imported, in MB as it lies there',
  },
  KOHORT_IMPORT_MAX_ROWS: {
    type: integerText(1, 1_000_000_000),
    default: 10_000_000,
    audience: 'server',
    help: 'rows of a file that may be imported',
  },
  KOHORT_IMPORT_MAX_LINE_KB: {
    type: integerText(1, 65_536),
    default: 1_024,
    audience: 'server',
    help: 'length of a line of an imported file, in KB; a longer one is left out and listed',
  },
  KOHORT_IMPORT_MAX_RATIO: {
    type: integerText(2, 100_000),
    default: 100,
    audience: 'server',
    help: 'how many times its size a compressed file may inflate to',
  },
} as const satisfies Record<string, Setting<unknown>>;
