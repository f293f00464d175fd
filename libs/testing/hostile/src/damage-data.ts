import type { Random } from '@kohort/kernel-clock-random';
import { hostileJson, hostileText, mutateText } from './hostile-values';
import { setOwn } from './set-own';

/** In place of a value: another type of the same thing, or something hostile. */
function swapped(random: Random, value: unknown): unknown {
  const kind = random.int(8);
  if (kind === 0) return [value];
  if (kind === 1) return { value };
  if (kind === 2) return typeof value === 'string' ? Number(value) : typeof value;
  if (kind === 3 && typeof value === 'string') return mutateText(random, value);
  if (kind === 4 && typeof value === 'number') return [value * -1, value * 1e9, value + 0.5][random.int(3)];
  return hostileJson(random, 2);
}

function damagedList(random: Random, list: readonly unknown[], at: number): unknown[] {
  const kind = random.int(4);
  if (kind === 0) return list.filter((_, i) => i !== at);
  if (kind === 1) return [...list, list[at]];
  return list.map((inner, i) => (i === at ? swapped(random, inner) : inner));
}

function damagedObject(random: Random, object: object, at: number): object {
  const kind = random.int(5);
  const entries = Object.entries(object);
  const [key, value] = entries[at] ?? ['', null];
  if (kind > 2) return replaced(object, key, swapped(random, value));
  const named = kind === 1 ? [] : [key];
  const instead = kind === 0 ? [] : [...named, hostileText(random)];
  const made = instead.map((name): [string, unknown] => [name, value]);
  return Object.fromEntries([...entries.slice(0, at), ...made, ...entries.slice(at + 1)]);
}

/** The object with another value at a key that it has. Spreading defines: an own key `__proto__` stays one. */
function replaced(object: object, key: string, value: unknown): object {
  const made: Record<string, unknown> = { ...object };
  setOwn(made, key, value);
  return made;
}

/** Plain data with one of its parts, however deep, swapped, dropped, doubled or renamed; what was given stays as it is. */
export function damageData(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return swapped(random, value);
  const entries = Object.entries(value);
  if (entries.length === 0) return swapped(random, value);
  const at = random.int(entries.length);
  const [key, inner] = entries[at] ?? ['', null];
  const isLeaf = typeof inner !== 'object' || inner === null;
  if (isLeaf || random.int(4) === 0) {
    return Array.isArray(value) ? damagedList(random, value, at) : damagedObject(random, value, at);
  }
  const changed = damageData(random, inner);
  if (Array.isArray(value)) return value.map((one: unknown, i) => (i === at ? changed : one));
  return replaced(value, key, changed);
}
