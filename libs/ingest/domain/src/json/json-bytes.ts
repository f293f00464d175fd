/** Bytes of a value that is no object: a text with its escapes, a number as it is written. */
function leafBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value));
  // Infinity and NaN are written as null.
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4;
  if (typeof value === 'boolean') return value ? 4 : 5;
  return 4;
}

/**
 * Bytes of a parsed value as compact JSON in UTF-8, as `JSON.stringify` would write it, without writing it: however deep
 * it is nested, and no further than the limit.
 *
 * Units   bytes; when the limit is passed, some number above it
 * Cost    O(size), at most O(limit); a list of what is open instead of the call stack
 */
export function jsonBytes(value: unknown, limit = Number.POSITIVE_INFINITY): number {
  const open: unknown[] = [value];
  let bytes = 0;
  while (open.length > 0 && bytes <= limit) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) {
      bytes += leafBytes(next);
    } else if (Array.isArray(next)) {
      // Brackets and commas.
      bytes += 2 + Math.max(0, next.length - 1);
      for (const item of next) open.push(item);
    } else {
      const members = Object.entries(next).filter(([, inner]) => inner !== undefined);
      bytes += 2 + Math.max(0, members.length - 1);
      for (const [key, inner] of members) {
        bytes += leafBytes(key) + 1;
        open.push(inner);
      }
    }
  }
  return bytes;
}
