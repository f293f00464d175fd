const BOOLEAN = 16;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

const WORDS: Readonly<Record<string, string>> = { t: 'true', f: 'false' };

/**
 * A value as a cell: the server's own text, so that numbers keep their digits, JSON its text and bytes their hex
 * (`\x…`); times as ISO-8601 (with Z when they have a zone), booleans as words, null as nothing.
 */
export function cellText(value: string | null, oid: number): string {
  if (value === null) return '';
  if (oid === BOOLEAN) return WORDS[value] ?? value;
  if (oid === TIMESTAMP) return value.replace(' ', 'T');
  return oid === TIMESTAMPTZ ? value.replace(' ', 'T').replace(/\+00$/, 'Z') : value;
}
