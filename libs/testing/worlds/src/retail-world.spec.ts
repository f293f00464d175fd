import { createHash } from 'node:crypto';
import { seededRandom } from '@kohort/kernel-clock-random';
import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex, rocAuc } from '@kohort/ml-metrics';
import { ARCHETYPES } from './archetypes';
import { retailWorld } from './retail-world';

const DAY_MS = 86_400_000;
const endAt = Date.UTC(2026, 9, 1);
const world = retailWorld({ customers: 3_000, seed: 11, endAt, days: 365 });
const messages = [...world.messages()];

interface Summary {
  visits: number;
  orders: number;
  revenue: number;
  lastOrder: number;
  firstSeen: number;
  recentOrders: number;
  ordersAfter: number;
}

/** What a customer's messages show at an instant, and whether they ordered afterwards. */
function summaries(asOf: number): Map<string, Summary> {
  const owners = new Map<string, string>();
  for (const { userId, anonymousId } of messages) if (userId && anonymousId) owners.set(anonymousId, userId);
  const found = new Map<string, Summary>();
  for (const { userId, anonymousId = '', timestamp, event, properties } of messages) {
    const owner = userId ?? owners.get(anonymousId);
    if (!owner) continue;
    const at = Date.parse(timestamp);
    const one = found.get(owner) ?? {
      visits: 0,
      orders: 0,
      revenue: 0,
      lastOrder: -1,
      firstSeen: at,
      recentOrders: 0,
      ordersAfter: 0,
    };
    found.set(owner, one);
    if (at >= asOf) one.ordersAfter += event === 'Order Completed' ? 1 : 0;
    else if (event === 'Order Completed') {
      one.orders += 1;
      one.recentOrders += at > asOf - 90 * DAY_MS ? 1 : 0;
      one.revenue += Number(properties?.['revenue']);
      one.lastOrder = Math.max(one.lastOrder, at);
    } else one.visits += 1;
    one.firstSeen = Math.min(one.firstSeen, at);
  }
  return new Map([...found].filter(([, one]) => one.firstSeen < asOf));
}

describe('retailWorld', () => {
  it('is the same for the same seed, and another for another', () => {
    const digest = (seed: number): string => {
      const hash = createHash('sha256');
      for (const chunk of retailWorld({ customers: 200, seed, endAt, days: 365 }).ndjson()) hash.update(chunk);
      return hash.digest('hex');
    };
    expect(digest(5)).toBe(digest(5));
    expect(digest(5)).not.toBe(digest(6));
  });

  it('writes about 15 messages a customer, inside its time, with ids of their own', () => {
    expect(messages.length / 3_000).toBeGreaterThan(12);
    expect(messages.length / 3_000).toBeLessThan(20);
    expect(new Set(messages.map((message) => message.messageId)).size).toBe(messages.length);
    const times = messages.map((message) => Date.parse(message.timestamp));
    expect(times.reduce((least, at) => Math.min(least, at))).toBeGreaterThanOrEqual(world.startAt);
    expect(times.reduce((most, at) => Math.max(most, at))).toBeLessThan(endAt);
  });

  it('names orders once, with revenue that is the sum of their lines', () => {
    const orders = messages.filter((message) => message.event === 'Order Completed');
    expect(new Set(orders.map((order) => order.properties?.['order_id'])).size).toBe(orders.length);
    for (const { properties } of orders) {
      const lines = properties?.['products'] as readonly { price: number; quantity: number }[];
      const cents = lines.reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0);
      expect(Math.round(Number(properties?.['revenue']) * 100)).toBe(cents);
    }
  });

  it('links to one person a customer, the anonymous beginnings included', () => {
    const people = new Map<string, string>();
    const find = (id: string): string => {
      const next = people.get(id) ?? id;
      return next === id ? id : find(next);
    };
    for (const { userId, anonymousId } of messages) {
      expect(userId ?? anonymousId).toBeDefined();
      const [a, b] = [`u:${userId ?? ''}`, `a:${anonymousId ?? ''}`];
      if (userId !== undefined) people.set(find(b), find(a));
      else people.set(find(b), find(b));
    }
    expect(new Set([...people.keys()].map(find)).size).toBe(3_000);
    expect(messages.filter((message) => message.userId === undefined).length).toBeGreaterThan(3_000);
  });

  it('writes its messages one a line, and its orders as a table', () => {
    const small = retailWorld({ customers: 100, seed: 2, endAt, days: 365 });
    const all = [...small.messages()];
    const lines = [...small.ndjson()].join('').trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(all);
    const orders = [...small.ordersCsv()].join('').trim().split('\n');
    expect(orders).toHaveLength(1 + all.filter((message) => message.event === 'Order Completed').length);
    expect(orders.every((line) => line.split(',').length === 4)).toBe(true);
  });
});

describe('the truth of a retail world', () => {
  it('has every archetype in its share', () => {
    const archetypes = world.customerIds.map((id) => world.truthOf(id).archetype);
    const shares = ARCHETYPES.map(
      (archetype) => archetypes.filter((one) => one === archetype).length / archetypes.length,
    );
    expect(Math.min(...shares)).toBeGreaterThan(0.05);
    expect(Math.max(...shares)).toBeLessThan(0.3);
  });

  it('predicts orders as they come: true propensities are calibrated, and neither trivial nor hopeless to learn', () => {
    const asOf = endAt - 30 * DAY_MS;
    const known = [...summaries(asOf)];
    const labels = known.map(([, one]) => Number(one.ordersAfter > 0));
    const truth = known.map(([id]) => world.truthOf(id).propensity(asOf, 30));
    const expected = truth.reduce((sum, p) => sum + p, 0);
    const spread = Math.sqrt(truth.reduce((sum, p) => sum + p * (1 - p), 0));
    expect(Math.abs(labels.reduce((sum, y) => sum + y, 0) - expected)).toBeLessThan(4 * spread);
    const best = rocAuc(labels, truth);
    // Orders of the last 90 days by time known, the sort of feature anybody would try first.
    const pace = known.map(
      ([, one]) => (one.recentOrders + 0.5) / (Math.min(90, (asOf - one.firstSeen) / DAY_MS) + 30),
    );
    expect(rocAuc(labels, pace)).toBeGreaterThan(0.75);
    expect(best).toBeGreaterThan(rocAuc(labels, pace));
    expect(best).toBeLessThan(0.95);
  });

  it('has groups that k-means finds in part', async () => {
    const known = [...summaries(endAt)];
    const raw = known.map(([, one]) => [
      Math.log1p(one.orders),
      Math.log1p(one.visits),
      Math.log1p(one.orders > 0 ? one.revenue / one.orders : 0),
      Math.log1p(one.lastOrder < 0 ? 400 : (endAt - one.lastOrder) / DAY_MS),
      Math.log1p((endAt - one.firstSeen) / DAY_MS),
    ]);
    const columns = [0, 1, 2, 3, 4].map((column) => {
      const values = raw.map((row) => row[column] ?? 0);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return {
        mean,
        deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
      };
    });
    const rows = raw.map((row) =>
      row.map((value, i) => (value - (columns[i]?.mean ?? 0)) / (columns[i]?.deviation ?? 1)),
    );
    const fitted = await kmeans.fit(matrixOf(rows), { ...kmeansDefaults, k: 7 }, { random: seededRandom(1) });
    const truth = known.map(([id]) => ARCHETYPES.indexOf(world.truthOf(id).archetype));
    const agreement = adjustedRandIndex(truth, [...fitted.labels]);
    expect(agreement).toBeGreaterThan(0.25);
    expect(agreement).toBeLessThan(0.95);
  });
});
