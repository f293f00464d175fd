import { doubleMetaphone as codes } from 'double-metaphone';

const DIGITS: Readonly<Record<string, string>> = {
  b: '1',
  f: '1',
  p: '1',
  v: '1',
  c: '2',
  g: '2',
  j: '2',
  k: '2',
  q: '2',
  s: '2',
  x: '2',
  z: '2',
  d: '3',
  t: '3',
  l: '4',
  m: '5',
  n: '5',
  r: '6',
};

/**
 * American Soundex: a letter and three digits. h and w do not part equal digits, vowels do.
 *
 * Shape   '' for a text without a letter a–z
 * Source  the rules of the U.S. National Archives; held to their examples
 */
export function soundex(text: string): string {
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  const first = letters.charAt(0);
  if (first === '') return '';
  let code = first.toUpperCase();
  let previous = DIGITS[first] ?? '';
  for (const letter of letters.slice(1)) {
    if (code.length === 4) break;
    if (letter === 'h' || letter === 'w') continue;
    const digit = DIGITS[letter] ?? '';
    if (digit !== '' && digit !== previous) code += digit;
    previous = digit;
  }
  return code.padEnd(4, '0');
}

/**
 * Double Metaphone: the primary and the alternative code of an English or anglicised name.
 *
 * Source  Philips 2000
 */
export function doubleMetaphone(text: string): readonly [string, string] {
  return codes(text);
}
