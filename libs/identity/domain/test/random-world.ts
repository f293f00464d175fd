import { seededRandom, shuffle, type Random } from '@kohort/kernel-clock-random';
import type { IdentityRules, JsonObject, UnassignedEvent } from '@kohort/kernel-contracts';
import { parseIdentityRules } from '../src/rules/identity-rules';
import { eventOf, type Draft } from './memory-identity';

const DAY_MS = 86_400_000;

function draftOf(random: Random, n: number): Draft {
  const pick = <T>(values: readonly T[]): T | null => values[random.int(values.length)] ?? null;
  const user = (): string => `u${random.int(6)}`;
  const anonymous = (): string => `a${random.int(7)}`;
  const ts = random.int(40) * DAY_MS + random.int(5) * 1000;
  const email = pick(['A0@x.org', 'e1@x.org', 'E2@x.org', 'info@x.org', '', '']) ?? '';
  const traits: JsonObject = email === '' ? {} : { email };
  const forms: readonly Draft[] = [
    { n, ts, userId: user(), anonymousId: anonymous() },
    { n, ts, anonymousId: anonymous() },
    { n, ts, userId: user() },
    { n, ts, type: 'identify', userId: user(), anonymousId: anonymous(), traits },
    { n, ts, type: 'identify', anonymousId: anonymous(), traits },
    { n, ts, type: 'group', userId: pick([user(), null]), anonymousId: anonymous() },
    { n, ts, type: 'alias', userId: user(), previousId: pick([user(), anonymous()]) },
    { n, ts, userId: 'null', anonymousId: anonymous() },
    { n, ts, userId: '000', traits: {} },
    { n, ts, type: 'identify', userId: 'null', traits },
  ];
  return forms[random.int(forms.length)] ?? { n, ts };
}

/** Some messages about a handful of people, tangled. Two of them may have one instant. */
export function randomEvents(seed: number): readonly UnassignedEvent[] {
  const random = seededRandom(seed);
  return Array.from({ length: 2 + random.int(22) }, (_, n) => eventOf(draftOf(random, n)));
}

/** Rules with limits, periods, holds, another order of priority. */
export function randomRules(seed: number): IdentityRules {
  const random = seededRandom(seed).split('rules');
  const period = () => (['ever', 'day', 'week', 'month'] as const)[random.int(4)];
  const limit = (most: number) => (random.int(4) === 0 ? null : { count: 1 + random.int(most), period: period() });
  const identifiers = [
    { type: 'user_id', limit: limit(2), caseSensitive: random.int(2) === 0 },
    { type: 'email', limit: limit(2), unique: random.int(5) !== 0 },
    { type: 'anonymous_id', limit: limit(3), blockedValues: random.int(4) === 0 ? ['a0'] : [] },
  ];
  return parseIdentityRules({
    identifiers: random.int(2) === 0 ? identifiers : shuffle(identifiers, random),
    risk: { profiles: 2 + random.int(3), action: (['report', 'report', 'hold', 'block'] as const)[random.int(4)] },
  });
}

/** The same events in another order, cut into batches. */
export function arrival(events: readonly UnassignedEvent[], seed: number): readonly (readonly UnassignedEvent[])[] {
  const random = seededRandom(seed).split('arrival');
  const order = shuffle([...events], random);
  const size = 1 + random.int(7);
  const batches: UnassignedEvent[][] = [];
  for (let at = 0; at < order.length; at += size) batches.push(order.slice(at, at + size));
  return batches;
}
