import fc from 'fast-check';
import type { JsonObject } from '@kohort/kernel-contracts';
import { compilePlan } from './compile-plan';
import { PlanLearner, type LearnedPlan, type LearnOptions } from './learn-plan';
import { planFromData } from './parse-plan';
import { diffPlans } from './diff-plans';

const version = { planId: 'p', planVersion: 1 };
interface Example {
  readonly type: 'track' | 'identify' | 'page';
  readonly name: string | null;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
}
const track = (properties: JsonObject, name = 'Order'): Example => ({ type: 'track', name, properties, traits: {} });

function learn(examples: readonly Example[], options: LearnOptions = {}): LearnedPlan {
  const learner = new PlanLearner();
  for (const example of examples) learner.add(example);
  return learner.propose(options);
}
const checkOf = ({ plan }: LearnedPlan) => compilePlan(planFromData(JSON.parse(JSON.stringify(plan))), version);

/** Orders of a shop, by their number: regular enough to learn from, varied enough to be real. */
const order = (i: number): JsonObject => ({
  order_id: `o-${i}`,
  total: (i * 7919) % 500,
  currency: ['EUR', 'USD', 'GBP'][i % 3] ?? 'EUR',
  at: new Date(Date.UTC(2026, 0, 1 + (i % 28), i % 24)).toISOString(),
  customer: `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`,
  items: Array.from({ length: 1 + (i % 4) }, (_, n) => ({ sku: `s${n}`, price: ((i * 31 + n) % 90) + 0.5 })),
  ...(i % 5 === 0 ? { coupon: null } : i % 5 === 1 ? { coupon: `C${i}` } : {}),
});
const orders = Array.from({ length: 600 }, (_, i) => track(order(i)));

describe('learning a plan', () => {
  it('writes what is always so', () => {
    const { plan, evidence } = learn(orders);
    const schema = plan.events['Order']?.schema;
    expect(schema?.required).toEqual(['at', 'currency', 'customer', 'items', 'order_id', 'total']);
    expect(schema?.properties).toMatchObject({
      order_id: { type: 'string' },
      total: { type: 'integer', minimum: 0, maximum: 998 },
      currency: { type: 'string', enum: ['EUR', 'GBP', 'USD'] },
      at: { type: 'string', format: 'date-time' },
      customer: { type: 'string', format: 'uuid' },
      coupon: { type: ['null', 'string'] },
      items: { type: 'array', items: { type: 'object', required: ['price', 'sku'] } },
    });
    expect(evidence[0]).toMatchObject({ name: 'Order', kind: 'track', examples: 600 });
    // Wilson, 600 of 600 at 95 %: statsmodels proportion_confint gives 0.99363819…
    expect(evidence[0]?.confidence).toBeCloseTo(600 / 603.84145882, 10);
    expect(evidence[0]?.properties.find(({ name }) => name === 'coupon')).toEqual({
      name: 'coupon',
      count: 240,
      share: 0.4,
      types: { null: 120, string: 120 },
    });
  });

  it('gives numbers that only rise no upper end', () => {
    const { plan } = learn(Array.from({ length: 300 }, (_, i) => track({ id: 1_000 + i })));
    expect(plan.events['Order']?.schema.properties?.['id']).toEqual({ type: 'integer', minimum: 0 });
  });

  it('accepts every example that it learned from, whatever they are', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const example = fc
      .tuple(fc.constantFrom('A', 'B', null), fc.dictionary(fc.string({ maxLength: 6 }), value, { maxKeys: 6 }))
      .map(([name, bag]): Example => {
        const safe = JSON.parse(JSON.stringify(bag)) as JsonObject;
        return name === null ? { type: 'identify', name: null, properties: {}, traits: safe } : track(safe, name);
      });
    fc.assert(
      fc.property(fc.array(example, { minLength: 1, maxLength: 40 }), (examples) => {
        const check = checkOf(learn(examples));
        for (const one of examples) expect(check(one)).toBeNull();
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it('accepts every example of regular data too, where choices, formats and ranges are learned', () => {
    const check = checkOf(learn(orders));
    expect(orders.filter((one) => check(one) !== null)).toEqual([]);
    const long = Array.from({ length: 120 }, (_, i) =>
      track({ list: Array.from({ length: 150 }, (_u, n) => (n > 120 ? 'x' : i)) }),
    );
    const checkLong = checkOf(learn(long));
    expect(long.filter((one) => checkLong(one) !== null)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['a type that changed', { total: '12' }, 'wrong_type /properties/total'],
    ['a new choice', { currency: 'XXX' }, 'wrong_value /properties/currency'],
    ['a range that was left', { total: 100_000 }, 'wrong_value /properties/total'],
    ['a negative number', { total: -1 }, 'wrong_value /properties/total'],
    ['a broken time', { at: 'yesterday' }, 'wrong_value /properties/at'],
    ['a new property', { discount: 1 }, 'unplanned_property /properties/discount'],
    ['an item without its number', { items: [{ price: 1 }] }, 'missing_property /properties/items/0/sku'],
    ['a renamed property', { order_id: undefined as never, orderId: 'o' }, 'missing_property /properties/order_id'],
  ])('finds planted drift: %s', (_name, change, expected) => {
    const check = checkOf(learn(orders));
    const verdict = check(track(JSON.parse(JSON.stringify({ ...order(601), ...change })) as JsonObject));
    expect(verdict?.violations.map(({ rule, path }) => `${rule} ${path}`)).toContain(expected);
  });

  it('leaves out what is rarer than the tolerance', () => {
    const noisy = [...orders, ...Array.from({ length: 3 }, () => track({ ...order(1), total: 'free', oops: 1 }))];
    const schema = learn(noisy, { tolerance: 0.01 }).plan.events['Order']?.schema;
    expect(schema?.properties?.['total']?.type).toBe('integer');
    expect(schema?.properties?.['oops']).toBeUndefined();
    expect(learn(noisy).plan.events['Order']?.schema.properties?.['total']?.type).toEqual(['integer', 'string']);
  });

  it('keeps no address or number as a choice', () => {
    const people = Array.from({ length: 200 }, (_, i) => track({ email: `p${i % 4}@example.org`, note: `n${i}` }));
    expect(learn(people).plan.events['Order']?.schema.properties).toEqual({
      email: { type: 'string', format: 'email' },
      note: { type: 'string' },
    });
  });

  it('opens what is a map, and leaves out what has no name', () => {
    const maps = Array.from({ length: 400 }, (_, i) => track({ by: { [`k${i}`]: i } }));
    const { plan, leftOut } = learn([...maps, track({}, 'x'.repeat(300))]);
    expect(plan.events['Order']?.schema.properties?.['by']).toEqual({ type: 'object', additionalProperties: true });
    expect(leftOut).toBe(1);
    expect(() => learn([])).toThrow(expect.objectContaining({ code: 'PLAN_NOTHING_TO_LEARN' }) as Error);
  });

  it('says what a proposal changes', () => {
    const before = learn(orders).plan;
    const after = learn([
      ...orders.map((one) => track({ ...one.properties, total: Number(one.properties['total']) + 0.5, gift: true })),
      track({}, 'Refund'),
    ]).plan;
    const rest = { ...after.events['Order']?.schema.properties };
    delete rest['coupon'];
    const changes = diffPlans(before, {
      ...after,
      unplannedEvents: 'block',
      events: {
        ...after.events,
        Order: { schema: { ...after.events['Order']?.schema, properties: rest, required: ['at'] } },
      },
    });
    expect(changes.map(({ kind, at, what }) => `${kind} ${at}: ${what}`)).toEqual([
      'tightened unplannedEvents: flag → block',
      'removed events.Order.coupon: property',
      'loosened events.Order.currency: optional',
      'loosened events.Order.customer: optional',
      'added events.Order.gift: property',
      'loosened events.Order.items: optional',
      'loosened events.Order.order_id: optional',
      'loosened events.Order.total: optional',
      'loosened events.Order.total: type "integer" → "number"',
      'loosened events.Order.total: maximum 998 → 998.5',
      'added events.Refund: event',
    ]);
    expect(diffPlans(before, before)).toEqual([]);
    expect(diffPlans(null, before).map(({ kind }) => kind)).toEqual(['added']);
  });
});
