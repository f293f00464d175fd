/** Words that say "nothing here", in lower case. `none` and `unknown` are not among them: they may be answers. */
const WORDS: ReadonlySet<string> = new Set([
  'na',
  'n/a',
  'n.a.',
  '#n/a',
  '<na>',
  'nan',
  'null',
  '(null)',
  'nil',
  '\\n',
  'undefined',
  'missing',
  '-',
  '--',
  '?',
  '.',
  '#null!',
  '#value!',
  '#ref!',
  '#div/0!',
  '0000-00-00',
  '0000-00-00 00:00:00',
  '00/00/0000',
]);

/** Words that are an answer in one file and a hole in another. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'none',
  'unknown',
  'not available',
  'not applicable',
  'not known',
  'tbd',
  'todo',
  'test',
  'xxx',
  'none/unknown',
  'other/unknown',
  '#name?',
]);

const LONGEST = 24;

/** Whether a trimmed cell is a word for "missing". */
export const isMissingWord = (trimmed: string): boolean =>
  trimmed.length <= LONGEST && WORDS.has(trimmed.toLowerCase());

/** Whether a trimmed cell is a word that may stand for "missing". */
export const isPlaceholder = (trimmed: string): boolean =>
  trimmed.length <= LONGEST && PLACEHOLDERS.has(trimmed.toLowerCase());

/** Numbers that programs write where they have none; whether one is a hole or a value, the other values tell. */
export const SENTINEL_NUMBERS: ReadonlySet<number> = new Set(
  [9, 99, 999, 9_999, 99_999, 999_999, 9_999_999].flatMap((n) => (n < 99 ? [-n] : [n, -n])).concat(-1),
);

/** Days that programs write where they have none. */
export const SENTINEL_DAYS: ReadonlySet<number> = new Set([
  Date.UTC(1900, 0, 1),
  Date.UTC(1899, 11, 30),
  Date.UTC(1970, 0, 1),
  Date.UTC(9999, 11, 31),
]);
