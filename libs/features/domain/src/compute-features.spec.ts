import fc from 'fast-check';
import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import { computeFeatures } from './compute-features';
import { featureSet } from './feature-set';
import { SEGMENT_ORDERS } from './order-mapping';
import type { HistoryEvent } from './read-orders';
import { arbitraryHistory } from '../test/arbitrary-history';

const definitions = featureSet();
const at = (text: string): number => Date.parse(text);

function order(eventId: string, time: string, properties: HistoryEvent['properties'] = {}): HistoryEvent {
  return { eventId, name: 'Order Completed', ts: at(time), properties };
}

function featuresOf(history: readonly HistoryEvent[], asOf: string, timeZone = 'UTC'): Record<string, number | null> {
  const values = computeFeatures(definitions, history, { asOf: at(asOf), timeZone });
  return Object.fromEntries(definitions.map(({ key }, i) => [key, values[i] ?? null]));
}

const THREE = [
  order('a', '2026-03-02T10:15:00Z', {
    order_id: 'A',
    revenue: 10.1,
    products: [
      { product_id: 'p1', quantity: 2 },
      { product_id: 'p2', quantity: 1 },
    ],
  }),
  order('b', '2026-03-07T10:45:00Z', {
    order_id: 'B',
    revenue: 20.2,
    units: 9,
    items: 4,
    products: [{ product_id: 'p1' }],
  }),
  order('c', '2026-03-22T12:00:00Z', { order_id: 3, revenue: 0.3 }),
];

describe('computeFeatures', () => {
  it('computes each feature as one would by hand', () => {
    expect(featuresOf(THREE, '2026-04-01T00:00:00Z')).toEqual({
      recency_days: 10,
      frequency: 3,
      monetary: 30.6,
      tenure_days: 30,
      avg_order_value: 30.6 / 3,
      max_order_value: 20.2,
      orders_30d: 3,
      orders_90d: 3,
      orders_365d: 3,
      revenue_30d: 30.6,
      revenue_90d: 30.6,
      revenue_trend: 1,
      orders_trend: 1,
      avg_days_between_orders: expect.closeTo((20 + 1.75 / 24) / 2, 12),
      days_between_sd: expect.closeTo((15 + 1.25 / 24 - (5 + 0.5 / 24)) / 2, 12),
      overdue_ratio: expect.closeTo(10 / ((20 + 1.75 / 24) / 2), 12),
      distinct_products: 2,
      units_per_order: 12 / 3,
      items_per_order: 6 / 3,
      // The 7th and the 22nd of March 2026 are a Saturday and a Sunday.
      share_weekend: 2 / 3,
      preferred_hour_share: 2 / 3,
      days_active_90d: 3,
      page_views_30d: 0,
      product_views_30d: 0,
      cart_additions_30d: 0,
    });
  });

  it('leaves missing what cannot be known', () => {
    const none = featuresOf([], '2026-04-01T00:00:00Z');
    for (const key of [
      'recency_days',
      'tenure_days',
      'avg_order_value',
      'max_order_value',
      'revenue_trend',
      'share_weekend',
    ]) {
      expect(none[key]).toBeNull();
    }
    expect(none).toMatchObject({ frequency: 0, monetary: 0, orders_30d: 0, distinct_products: 0 });
    const one = featuresOf(THREE.slice(0, 1), '2026-04-01T00:00:00Z');
    expect(one).toMatchObject({
      frequency: 1,
      avg_days_between_orders: null,
      days_between_sd: null,
      overdue_ratio: null,
    });
    expect(featuresOf(THREE.slice(0, 2), '2026-04-01T00:00:00Z')).toMatchObject({ days_between_sd: null });
  });

  it('counts (asOf − days, asOf]: an order of exactly 30 days ago is out, one at asOf is in', () => {
    const asOf = '2026-04-01T00:00:00.000Z';
    expect(featuresOf([order('a', '2026-03-02T00:00:00.000Z')], asOf)['orders_30d']).toBe(0);
    expect(featuresOf([order('a', '2026-03-02T00:00:00.001Z')], asOf)['orders_30d']).toBe(1);
    expect(featuresOf([order('a', asOf)], asOf)).toMatchObject({ orders_30d: 1, recency_days: 0 });
    expect(featuresOf([order('a', '2026-04-01T00:00:00.001Z')], asOf)['frequency']).toBe(0);
  });

  it('takes days, weekends and hours from the clocks of the time zone', () => {
    // 23:30 UTC on a Friday is Saturday in Berlin, also over the change to summer time.
    const history = [order('a', '2026-03-27T23:30:00Z')];
    expect(featuresOf(history, '2026-03-30T22:30:00Z', 'UTC')).toMatchObject({ recency_days: 3, share_weekend: 0 });
    expect(featuresOf(history, '2026-03-30T22:30:00Z', 'Europe/Berlin')).toMatchObject({
      recency_days: 3,
      share_weekend: 1,
    });
    expect(featuresOf(history, '2026-03-30T21:30:00Z', 'Europe/Berlin')).toMatchObject({ recency_days: 2 });
  });

  it('adds money up in decimals', () => {
    const history = Array.from({ length: 10 }, (_, i) => order(`e${i}`, '2026-03-01T00:00:00Z', { revenue: 0.1 }));
    expect(featuresOf(history, '2026-04-01T00:00:00Z')).toMatchObject({
      monetary: 1,
      frequency: 10,
      max_order_value: 0.1,
    });
  });

  it('puts events of one order id together, at the time of the earliest', () => {
    const lines = [
      order('l2', '2026-03-05T10:00:00Z', { order_id: 'X', revenue: 2, products: [{ product_id: 7, quantity: 2 }] }),
      order('l1', '2026-03-04T10:00:00Z', { order_id: 'X', revenue: 1, products: [{ product_id: '7', quantity: 1 }] }),
    ];
    expect(featuresOf(lines, '2026-03-06T10:00:00Z')).toMatchObject({
      frequency: 1,
      monetary: 3,
      recency_days: 2,
      distinct_products: 1,
      units_per_order: 3,
      items_per_order: 2,
    });
  });

  it('reads numbers that came as text, and takes nothing else for a number', () => {
    const history = ['9.99', '1e1', '', 'inf', '0x10', ' 3', '1,5'].map((revenue, i) =>
      order(`e${i}`, '2026-03-01T00:00:00Z', { revenue }),
    );
    expect(featuresOf(history, '2026-04-01T00:00:00Z')).toMatchObject({ monetary: 19.99, frequency: 7 });
  });

  it('takes another event and other properties for an order', () => {
    const orders = { ...SEGMENT_ORDERS, event: 'Bought', orderId: 'no', revenue: 'paid' };
    const history = [{ eventId: 'a', name: 'Bought', ts: at('2026-03-05T10:00:00Z'), properties: { no: 1, paid: 5 } }];
    const values = computeFeatures(featureSet(1, ['frequency', 'monetary']), history, {
      asOf: at('2026-03-06T10:00:00Z'),
      timeZone: 'UTC',
      orders,
    });
    expect(values).toEqual([1, 5]);
  });

  it('is a function of the set of events up to asOf: order of arrival and the future change nothing', () => {
    const asOf = at('2026-06-15T00:00:00Z');
    const options = { asOf, timeZone: 'America/New_York' };
    fc.assert(
      fc.property(arbitraryHistory(asOf), fc.integer(), (history, seed) => {
        const values = computeFeatures(definitions, history, options);
        const shuffled = shuffle([...history], seededRandom(seed));
        const past = history.filter(({ ts }) => ts <= asOf);
        const later = past.map((event) => ({
          ...event,
          eventId: `${event.eventId}-later`,
          ts: asOf + 1 + (seed & 0xffff),
        }));
        const close = values.map((value) => (value === null ? null : expect.closeTo(value, 9)));
        expect(computeFeatures(definitions, shuffled, options)).toEqual(close);
        expect(computeFeatures(definitions, [...later, ...past], options)).toEqual(values);
      }),
      { seed: 7, numRuns: 150 },
    );
  });
});

describe('featureSet', () => {
  it('gives features by name, in the order asked for, and refuses unknown ones', () => {
    expect(featureSet(1, ['monetary', 'frequency']).map(({ key }) => key)).toEqual(['monetary', 'frequency']);
    expect(() => featureSet(1, ['nothing'])).toThrow('there is no feature nothing');
    expect(() => featureSet(99)).toThrow('no feature set version 99');
  });

  it('names each feature once', () => {
    const keys = definitions.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThanOrEqual(18);
  });
});
