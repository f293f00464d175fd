import type { Random } from '@kohort/kernel-clock-random';
import { damageData } from './damage-data';
import { hostileJson, hostileText, mutateText } from './hostile-values';

/** One in so many inputs is whole, so that what stands behind the first checks is reached too. */
const WHOLE_ONE_IN = 12;

function deep(random: Random): string {
  const levels = random.int(3_000);
  return random.int(2) === 0 ? '['.repeat(levels) : `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}

/** JSON text of anything; of what has no JSON (too deep, undefined) an empty text. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // Deeper than can be written: the text of it is made by `deep` instead.
    return '';
  }
}

function oneOf<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[random.int(list.length)] ?? list[0];
}

/** Data on the way to a parser: whole now and then, mostly damaged in one to three places, sometimes none of it good. */
export function fuzzedData(random: Random, good: readonly [unknown, ...unknown[]]): unknown {
  const kind = random.int(WHOLE_ONE_IN);
  if (kind === 0) return oneOf(random, good);
  if (kind === 1) return hostileJson(random, 3);
  let data = oneOf(random, good);
  for (let n = 1 + random.int(3); n > 0; n -= 1) data = damageData(random, data);
  return data;
}

/** Text on the way to a parser: whole, cut off, put together of two, damaged in its bytes, marked, deep. */
export function fuzzedText(random: Random, good: readonly [string, ...string[]]): string {
  const text = oneOf(random, good);
  const kind = random.int(WHOLE_ONE_IN);
  if (kind === 0) return text;
  if (kind === 1) return text.slice(0, random.int(text.length + 1));
  if (kind === 2) return text.slice(0, random.int(text.length + 1)) + text.slice(random.int(text.length + 1));
  if (kind === 3)
    return text.slice(0, random.int(text.length + 1)) + oneOf(random, good).slice(random.int(text.length));
  if (kind === 4) return random.int(2) === 0 ? `\ufeff${text}` : text + hostileText(random);
  if (kind === 5 && random.int(200) === 0) return deep(random);
  return mutateText(random, text);
}

/** JSON text on the way to a parser: half is damaged as text, half as data, which stays JSON. */
export function fuzzedJson(random: Random, good: readonly [unknown, ...unknown[]]): string {
  const text = jsonText(random.int(2) === 0 ? fuzzedData(random, good) : oneOf(random, good));
  if (random.int(2) === 0) return text;
  // A key that stands twice: JSON allows it, and the last one counts.
  if (random.int(20) === 0) return text.replace(/^\{("(?:[^"\\]|\\.)*"):/, '{$1:null,$1:');
  return fuzzedText(random, [text]);
}
