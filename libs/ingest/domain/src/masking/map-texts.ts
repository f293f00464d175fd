import type { Json } from '@kohort/kernel-contracts';
import { isJsonObject } from '../json/inspect-json';

/** Nothing deeper is kept anywhere. */
const DEEPEST = 512;

/** Makes another text of one; the same when there is nothing to be done. */
export type TextMap = (text: string) => string;

/** Another value for each member of an object or a list; the very same value when none has another. */
export function mapMembers(value: Json, map: (member: Json, key: string) => Json): Json {
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    const mapped = list.map((member, i) => map(member, String(i)));
    return mapped.every((member, i) => member === list[i]) ? value : mapped;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const mapped = entries.map(([key, member]): [string, Json] => [key, map(member, key)]);
  return mapped.every(([, member], i) => member === entries[i]?.[1]) ? value : Object.fromEntries(mapped);
}

/**
 * Maps all texts of a value, whatever it holds, and its numbers as they are written: one that is no longer the same
 * becomes a text.
 *
 * Cost    O(size)
 */
export function mapTexts(value: Json, map: TextMap, depth = 0): Json {
  if (typeof value === 'string') return map(value);
  if (typeof value === 'number') {
    const mapped = map(String(value));
    return mapped === String(value) ? value : mapped;
  }
  return depth < DEEPEST ? mapMembers(value, (member) => mapTexts(member, map, depth + 1)) : value;
}

/** Maps what stands at a path of keys; lists on the way entry by entry. */
export function mapAt(value: Json, path: readonly string[], map: TextMap, depth = 0): Json {
  const [key, ...rest] = path;
  if (key === undefined) return mapTexts(value, map, depth);
  if (depth >= DEEPEST) return value;
  if (Array.isArray(value)) return mapMembers(value, (member) => mapAt(member, path, map, depth + 1));
  return mapMembers(value, (member, own) => (own === key ? mapAt(member, rest, map, depth + 1) : member));
}

/** Maps the texts of more than so many characters. */
export function mapLong(value: Json, chars: number, map: TextMap, depth = 0): Json {
  if (typeof value === 'string') return value.length > chars ? map(value) : value;
  return depth < DEEPEST ? mapMembers(value, (member) => mapLong(member, chars, map, depth + 1)) : value;
}
