import { accessErrors } from './access.errors';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62n;

/** How many base62 digits hold `bytes` bytes: the width is fixed, so that a key's parts stand at fixed places. */
export function base62Width(bytes: number): number {
  return Math.ceil((bytes * 8) / Math.log2(62));
}

/**
 * Writes bytes as base62 of fixed width, most significant digit first.
 *
 * Shape   n bytes; returns base62Width(n) characters
 */
export function toBase62(bytes: Uint8Array): string {
  let rest = 0n;
  for (const byte of bytes) rest = (rest << 8n) | BigInt(byte);
  let text = '';
  for (let digit = 0; digit < base62Width(bytes.length); digit += 1) {
    text = ALPHABET.charAt(Number(rest % BASE)) + text;
    rest /= BASE;
  }
  return text;
}

/**
 * Reads what `toBase62` wrote.
 *
 * Throws  ACCESS_KEY_MALFORMED for a foreign character or a number that does not fit into `length` bytes
 */
export function fromBase62(text: string, length: number): Uint8Array {
  let rest = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) throw accessErrors.ACCESS_KEY_MALFORMED();
    rest = rest * BASE + BigInt(digit);
  }
  const bytes = new Uint8Array(length);
  for (let index = length - 1; index >= 0; index -= 1) {
    bytes[index] = Number(rest & 255n);
    rest >>= 8n;
  }
  if (rest !== 0n) throw accessErrors.ACCESS_KEY_MALFORMED();
  return bytes;
}
