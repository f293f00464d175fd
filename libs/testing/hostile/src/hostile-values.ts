import type { Random } from '@kohort/kernel-clock-random';
import { setOwn } from './set-own';

const WORDS = [
  ...['type', 'track', 'identify', 'alias', 'userId', 'anonymousId', 'previousId', 'groupId', 'messageId', 'event'],
  ...[
    'properties',
    'traits',
    'context',
    'integrations',
    'timestamp',
    'sentAt',
    'batch',
    'writeKey',
    'name',
    'receivedAt',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    '',
    ' ',
    '\0',
    '\ud800',
    '\udc00x',
  ],
  ...['\ufeff', '\u202e', '\u{1f600}', 'e\u0301', '2026-11-01T12:00:00Z', '+275760-09-13T00:00:00Z', '0000-00-00'],
  ...['2026-02-30', '1e400', 'NaN', 'null', 'x'.repeat(101), 'x'.repeat(501), 'k'.repeat(300)],
];
const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 31, NaN, Infinity, -Infinity];

const pick = <T>(random: Random, list: readonly [T, ...T[]] | readonly T[]): T | undefined =>
  list[random.int(list.length)];

/** A text of the stuff that breaks parsers. */
export function hostileText(random: Random): string {
  const word = pick(random, WORDS) ?? '';
  if (random.next() < 0.7) return word;
  return word + String.fromCharCode(random.int(0x1_0000)) + (pick(random, WORDS) ?? '');
}

/** A value of the same stuff, some levels deep; now and then very deep. */
export function hostileJson(random: Random, levels = 4): unknown {
  const kind = random.int(levels > 0 ? 12 : 7);
  if (kind < 3) return hostileText(random);
  if (kind === 3) return pick(random, NUMBERS);
  if (kind === 4) return random.int(2) === 0;
  if (kind === 5) return null;
  if (kind === 6) return random.int(1_000_000) - 500_000;
  if (kind === 7 && random.int(200) === 0) {
    let deep: unknown = 1;
    for (let level = random.int(5_000); level > 0; level -= 1) deep = level % 2 === 0 ? [deep] : { a: deep };
    return deep;
  }
  if (kind < 9) return Array.from({ length: random.int(5) }, () => hostileJson(random, levels - 1));
  const value: Record<string, unknown> = {};
  for (let n = random.int(6); n > 0; n -= 1) {
    const key = hostileText(random);
    setOwn(value, key, hostileJson(random, levels - 1));
  }
  return value;
}

/** Good bytes, damaged in some places: changed, cut, doubled, put in. */
export function mutateBytes(random: Random, bytes: Uint8Array): Buffer {
  let damaged = Buffer.from(bytes);
  for (let n = 1 + random.int(4); n > 0 && damaged.length > 0; n -= 1) {
    const from = random.int(damaged.length);
    const to = Math.min(damaged.length, from + random.int(20));
    const kind = random.int(5);
    if (kind === 0) damaged[from] = random.int(256);
    else if (kind === 1) damaged[from] = (damaged[from] ?? 0) ^ (1 << random.int(8));
    else if (kind === 2) damaged = Buffer.concat([damaged.subarray(0, from), damaged.subarray(to)]);
    else if (kind === 3) damaged = Buffer.concat([damaged.subarray(0, to), damaged.subarray(from)]);
    else damaged = Buffer.concat([damaged.subarray(0, from), Buffer.from(hostileText(random)), damaged.subarray(from)]);
  }
  return damaged;
}

/** Good text, damaged in some places. */
export function mutateText(random: Random, text: string): string {
  return mutateBytes(random, Buffer.from(text)).toString('utf8');
}
