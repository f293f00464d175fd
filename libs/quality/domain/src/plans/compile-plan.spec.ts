import type { JsonObject, MessageType } from '@kohort/kernel-contracts';
import { compilePlan } from './compile-plan';
import { planFromData } from './parse-plan';

const version = { planId: '5d7a3f0e-0000-4000-8000-000000000001', planVersion: 3 };

const plan = {
  unplannedEvents: 'block',
  actions: { wrong_type: 'block', missing_property: 'block', wrong_value: 'flag', unplanned_property: 'pass' },
  events: {
    'Order Completed': {
      schema: {
        type: 'object',
        required: ['order_id', 'total'],
        properties: {
          order_id: { type: 'string', pattern: '^o-[0-9]+$', maxLength: 12 },
          total: { type: 'number', minimum: 0 },
          currency: { type: ['string', 'null'], enum: ['EUR', 'USD', null] },
          at: { type: 'string', format: 'date-time' },
          items: {
            type: 'array',
            maxItems: 3,
            items: {
              type: 'object',
              required: ['sku'],
              properties: { sku: { type: 'string' }, price: { type: 'number' } },
            },
          },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
      actions: { wrong_value: 'pass' },
    },
    Open: { schema: { type: 'object', additionalProperties: true } },
  },
  identify: { schema: { properties: { plan: { enum: ['free', 'pro'] }, email: { type: 'string', format: 'email' } } } },
  page: {
    schema: { required: ['name'], properties: { name: { type: 'string' }, url: { type: 'string', format: 'uri' } } },
  },
};

const check = compilePlan(planFromData(plan), version);
const track = (properties: JsonObject, name = 'Order Completed') =>
  check({ type: 'track', name, properties, traits: {} });
const found = (verdict: ReturnType<typeof check>) =>
  verdict?.violations.map(({ rule, action, path }) => `${action} ${rule} ${path}`) ?? [];
const good = { order_id: 'o-1', total: 12.5 };

describe('a plan that was compiled', () => {
  it('finds nothing wrong with what it describes', () => {
    expect(track(good)).toBeNull();
    expect(
      track({
        ...good,
        currency: null,
        at: '2026-05-14T10:00:00.5+02:00',
        items: [{ sku: 'a', price: 1 }, { sku: 'b' }],
        labels: { colour: 'red' },
      }),
    ).toBeNull();
  });

  it.each<[string, JsonObject, string[]]>([
    ['a missing property', { order_id: 'o-1' }, ['block missing_property /properties/total']],
    ['a wrong type', { ...good, total: '12.5' }, ['block wrong_type /properties/total']],
    ['a value out of range, by the event’s own action', { ...good, total: -1 }, ['pass wrong_value /properties/total']],
    ['a pattern', { ...good, order_id: 'x1' }, ['pass wrong_value /properties/order_id']],
    ['a choice', { ...good, currency: 'GBP' }, ['pass wrong_value /properties/currency']],
    ['a format', { ...good, at: '2026-02-30T10:00:00Z' }, ['pass wrong_value /properties/at']],
    ['a property without a plan', { ...good, coupon: 'x' }, ['pass unplanned_property /properties/coupon']],
    [
      'something deep in an array',
      { ...good, items: [{ sku: 'a' }, { sku: 1 }] },
      ['block wrong_type /properties/items/1/sku'],
    ],
    [
      'an unplanned property of an item',
      { ...good, items: [{ sku: 'a', x: 1 }] },
      ['pass unplanned_property /properties/items/0/x'],
    ],
    ['a map’s value', { ...good, labels: { colour: 5 } }, ['block wrong_type /properties/labels/colour']],
  ])('%s', (_name, properties, expected) => {
    const verdict = track(properties);
    expect(found(verdict)).toEqual(expected);
    expect(verdict).toMatchObject(version);
  });

  it('names the strictest action, the strictest violations first, and keeps twenty', () => {
    const verdict = track({ extra: 1, order_id: 5, items: Array.from({ length: 30 }, () => ({ sku: 7 })) });
    expect(verdict?.action).toBe('block');
    expect(verdict?.violations).toHaveLength(20);
    expect(verdict?.violations.every(({ action }) => action === 'block')).toBe(true);
    expect(track({ ...good, extra: 1 })?.action).toBe('pass');
  });

  it('shows no key that could be somebody’s', () => {
    const keys = ['ann@example.org', '+49 151 2345678', 'id4915112345678', 'Ünal', 'order/no'];
    const paths = keys.flatMap((key) => found(track({ ...good, [key]: 1 })));
    expect(new Set(paths)).toEqual(new Set(['pass unplanned_property /properties/*']));
    expect(found(track({ ...good, labels: { 'ann@example.org': 1 } }))).toEqual([
      'block wrong_type /properties/labels/*',
    ]);
  });

  it('knows what it does not plan', () => {
    expect(found(track({}, 'Order Compleeted'))).toEqual(['block unplanned_event /event']);
    expect(track({ whatever: [1, { a: 2 }] }, 'Open')).toBeNull();
  });

  it.each<[MessageType, JsonObject, JsonObject, string[]]>([
    [
      'identify',
      {},
      { plan: 'gold', email: 'no' },
      ['flag wrong_value /traits/plan', 'flag wrong_value /traits/email'],
    ],
    ['group', {}, { anything: 1 }, []],
    ['page', { url: 'nowhere' }, {}, ['block missing_property /properties/name', 'flag wrong_value /properties/url']],
    ['alias', {}, {}, []],
  ])('%s', (type, properties, traits, expected) => {
    expect(found(check({ type, name: null, properties, traits }))).toEqual(expected);
  });

  it('takes time in the length of the text, whatever the pattern', () => {
    const evil = compilePlan(
      planFromData({
        events: {
          E: { schema: { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+(b|(c*)*)*$' } } } },
        },
      }),
      version,
    );
    for (const length of [1_000, 4_096, 32_000]) {
      const verdict = evil({ type: 'track', name: 'E', properties: { a: `${'a'.repeat(length)}!` }, traits: {} });
      expect(found(verdict)).toEqual(['flag wrong_value /properties/a']);
    }
  });
});
