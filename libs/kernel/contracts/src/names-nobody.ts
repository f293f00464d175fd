/** What programs send when they know nobody. Compared without case and without spaces around. */
const PLACEHOLDERS = new Set([
  '',
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
/** Zeros alone, as in the UUID of nobody or the advertising id of a device that gives none. */
const ONLY_ZEROS = /^[0{}:-]+$/;

/**
 * True for a value that names nobody: it would make one person of everybody who carries it, and on the suppression list
 * stop them all.
 */
export function namesNobody(value: string): boolean {
  const plain = value.trim().toLowerCase();
  return PLACEHOLDERS.has(plain) || ONLY_ZEROS.test(plain);
}
