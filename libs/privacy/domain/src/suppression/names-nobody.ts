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
/** Zeros alone, as in the advertising id of a device that gives none. */
const ONLY_ZEROS = /^[0{}:-]+$/;

/** True for a value that names nobody: on the suppression list it would stop everybody who carries it. */
export function namesNobody(value: string): boolean {
  const plain = value.trim().toLowerCase();
  return PLACEHOLDERS.has(plain) || ONLY_ZEROS.test(plain);
}
