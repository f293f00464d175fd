/** What programs send when they know nobody. Compared without case and without spaces around. */
const PLACEHOLDERS = new Set([
  '',
  '0',
  '-1',
  'null',
  '(null)',
  'nil',
  'none',
  'undefined',
  'nan',
  'n/a',
  'na',
  'unknown',
  'anonymous',
  'anon',
  'guest',
  'true',
  'false',
  '[object object]',
]);
/** Zeros alone, as in the UUID of nobody. */
const ONLY_ZEROS = /^[0{}-]+$/;

/**
 * True for a value that names nobody: it would make one person of everybody who carries it. Such an identifier is passed
 * over; the event still counts for its other identifier, and for nobody when it has none.
 */
export function isBlockedIdentifier(value: string): boolean {
  const plain = value.trim().toLowerCase();
  return PLACEHOLDERS.has(plain) || ONLY_ZEROS.test(plain);
}
