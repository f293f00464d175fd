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

/** More than any leaf that is no text takes: the longest numbers have 24 characters. */
const LEAF_BYTES = 25;
/** Of one UTF-16 unit: an escape. */
const UNIT_BYTES = 6;
/** Levels that are looked at with the call stack. */
const CHEAP_LEVELS = 16;

/** What is left of the room after the value at its largest; below 0: it may not fit, or is nested deeper than is looked at. */
function roomAfter(value: unknown, room: number, levels: number): number {
  if (typeof value === 'string') return room - 2 - UNIT_BYTES * value.length;
  if (typeof value !== 'object' || value === null) return room - LEAF_BYTES;
  if (levels === 0) return -1;
  let left = room - 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i += 1) left = roomAfter(value[i], left - 1, levels - 1);
    return left;
  }
  for (const key of Object.keys(value)) {
    if (left < 0) break;
    left = roomAfter(Reflect.get(value, key), left - 4 - UNIT_BYTES * key.length, levels - 1);
  }
  return left;
}

/**
 * Whether `jsonBytes` of a parsed value is within the limit: what cannot be larger, as most events, is not counted out.
 */
export function isWithinBytes(value: unknown, limit: number): boolean {
  return roomAfter(value, limit, CHEAP_LEVELS) >= 0 || jsonBytes(value, limit) <= limit;
}
