import { seededRandom } from '@kohort/kernel-clock-random';
import type { Json, JsonObject } from '@kohort/kernel-contracts';
import { parseRule } from '../rule/parse-rule';
import { compileRules, type CompiledRules } from './compile-rules';
import { evaluateRules } from './evaluate-rules';
import { makeHistory, type HistoryEvent, type HistoryInit } from './history';

/** Everything is of this instant. */
export const NOW = Date.parse('2026-05-14T10:00:00Z');
const DAY_MS = 86_400_000;
const SEED = 20_260_514;

const COUNTRIES = ['de', 'fr', 'gb', 'us', 'pl', 'es', 'it', 'nl'];
const PLANS = ['free', 'trial', 'pro', 'team'];
const EVENTS = ['Page Viewed', 'Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed'];

/** One comparison that both evaluators can say: a trait, or a count that was made beforehand. */
export interface SharedLeaf {
  readonly path: string;
  readonly op: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'notIn';
  readonly value: Json;
}

/** Leaves joined in one way, of which one may be another such. */
export interface SharedRule {
  readonly join: 'all' | 'any' | 'none';
  readonly of: readonly (SharedLeaf | SharedRule)[];
}

/** Facts of a person as a peer takes them: always all of them, for the two differ in what a missing one means. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

const pick = <T>(random: { int(below: number): number }, list: readonly T[]): T => list[random.int(list.length)] as T;

/** People with their facts, seeded. */
export function makePeople(n: number): readonly Facts[] {
  const random = seededRandom(SEED);
  return Array.from({ length: n }, () => ({
    plan: pick(random, PLANS),
    country: pick(random, COUNTRIES),
    age: 18 + random.int(60),
    spend: random.int(100_000) / 100,
    verified: random.int(2) === 0,
    orders_90d: random.int(12),
    visits_30d: random.int(40),
    level: random.int(5),
  }));
}

function sharedLeaves(): readonly SharedLeaf[] {
  const number = (path: string, values: readonly number[]): SharedLeaf[] =>
    values.flatMap((value) => (['gt', 'lte'] as const).map((op) => ({ path, op, value })));
  return [
    ...PLANS.map((value) => ({ path: 'plan', op: 'eq' as const, value })),
    ...COUNTRIES.map((value) => ({ path: 'country', op: 'neq' as const, value })),
    { path: 'country', op: 'in', value: COUNTRIES.slice(0, 3) },
    { path: 'plan', op: 'notIn', value: PLANS.slice(0, 2) },
    { path: 'verified', op: 'eq', value: true },
    ...number('age', [25, 40, 60]),
    ...number('spend', [50, 250, 700]),
    ...number('orders_90d', [1, 3, 8]),
    ...number('visits_30d', [5, 20]),
    ...number('level', [1, 3]),
  ];
}

/** Rules of two to five leaves, some with a group in them; leaves recur, as they do in what people write. */
export function makeRules(n: number): readonly SharedRule[] {
  const random = seededRandom(SEED + 1);
  const leaves = sharedLeaves();
  const group = (depth: number): SharedRule => ({
    join: pick(random, ['all', 'all', 'any', 'none'] as const),
    of: Array.from({ length: 2 + random.int(3) }, (_, i) =>
      i === 0 && depth === 0 && random.int(2) === 0 ? group(1) : pick(random, leaves),
    ),
  });
  return Array.from({ length: n }, () => group(0));
}

function nodeOf(rule: SharedRule | SharedLeaf): JsonObject {
  if (!('join' in rule)) return { trait: { path: rule.path, op: rule.op, value: rule.value } };
  return { [rule.join]: rule.of.map(nodeOf) };
}

const compiled = (nodes: readonly Json[]): CompiledRules =>
  compileRules(nodes.map((where) => ({ rule: parseRule({ version: 1, entity: 'profile', where }) })));

/** The same facts as the records that we take them as. */
export function asRecords(people: readonly Facts[]): readonly HistoryInit[] {
  return people.map((facts, p) => ({
    profileId: `p${p}`,
    traits: Object.entries(facts).map(([key, value]) => ({ key, value, time: NOW - DAY_MS, messageId: 'm' })),
  }));
}

/** Our side of the comparison: from records in any order to who is in which, and until when. */
export function openShared(rules: readonly SharedRule[]) {
  const set = compiled(rules.map(nodeOf));
  return {
    leaves: set.leaves.length,
    /** One byte a person and rule: 1 for in. */
    run(people: readonly HistoryInit[]): Uint8Array {
      const answers = new Uint8Array(people.length * rules.length);
      people.forEach((person, p) => {
        const outcomes = evaluateRules(set, makeHistory(person), NOW);
        outcomes.forEach((outcome, r) => (answers[p * rules.length + r] = outcome.member ? 1 : 0));
      });
      return answers;
    },
  };
}

/** People with events of the last 200 days, seeded. */
export function makeHistories(n: number, eventsEach: number): readonly HistoryInit[] {
  const random = seededRandom(SEED + 2);
  return Array.from({ length: n }, (_, p): HistoryInit => {
    const events = Array.from({ length: eventsEach }, (_event, i): HistoryEvent => ({
      id: `e${p}-${i}`,
      name: EVENTS[Math.min(random.int(8), 4)] ?? '',
      time: NOW - random.int(200 * 86_400) * 1_000,
      properties: { total: random.int(20_000) / 100, product_id: `x${random.int(30)}` },
    }));
    const traits = [
      { key: 'plan', value: pick(random, PLANS), time: NOW - 300 * DAY_MS, messageId: 'm' },
      { key: 'country', value: pick(random, COUNTRIES), time: NOW - 300 * DAY_MS, messageId: 'm' },
    ];
    return { profileId: `p${p}`, events, traits };
  });
}

const last = (n: number): JsonObject => ({ last: { n, unit: 'day' } });
const event = (name: string, more: JsonObject = {}): JsonObject => ({ event: { name, ...more } });
const all = (...nodes: readonly JsonObject[]): JsonObject => ({ all: nodes });

/** Live rules as people write them, by what they ask for. */
export const LIVE_KINDS: Readonly<Record<string, (i: number) => JsonObject>> = {
  'a trait and a count in a window': (i) =>
    all(
      { trait: { path: 'plan', op: 'eq', value: PLANS[i % 4] ?? '' } },
      event(EVENTS[i % 5] ?? '', { count: { op: 'gte', n: 1 + (i % 3) }, window: last([7, 30, 90][i % 3] ?? 7) }),
    ),
  'a sum in a window and no refund': (i) =>
    all(
      {
        aggregate: {
          ...event('Order Completed'),
          fn: 'sum',
          property: 'total',
          op: 'gte',
          value: 50 * (1 + (i % 5)),
          window: last([30, 90][i % 2] ?? 30),
        },
      },
      { none: [event('Order Refunded', { window: last(90) })] },
    ),
  'a sequence of three in 90 days': (i) => {
    const steps: readonly JsonObject[] = [
      { as: 'v', ...event('Product Viewed') },
      { as: 'a', ...event('Product Added'), gap: { max: { n: 2 + (i % 5), unit: 'day' } } },
      { as: 'c', ...event('Checkout Started'), gap: { max: { n: 3, unit: 'day' } } },
    ];
    return { sequence: { steps, window: last(90) } };
  },
};

/** One hundred live rules of some kinds over people with events; answers, and when time alone changes them. */
export function openLive(kinds: readonly string[], n: number) {
  const nodes = Array.from({ length: n }, (_, i) => LIVE_KINDS[kinds[i % kinds.length] ?? '']?.(i) ?? { all: [] });
  const set = compiled(nodes);
  return {
    leaves: set.leaves.length,
    run(people: readonly HistoryInit[]): { members: number; changes: number } {
      let [members, changes] = [0, 0];
      for (const person of people) {
        for (const { member, nextChangeAt } of evaluateRules(set, makeHistory(person), NOW)) {
          if (member) members += 1;
          if (nextChangeAt !== null) changes += nextChangeAt % 1_000;
        }
      }
      return { members, changes };
    },
  };
}
