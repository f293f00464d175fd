import { compileRules } from './compile-rules';
import { evaluateRule, type ProvenOutcome } from './evaluate-rules';
import { makeHistory, type HistoryEvent } from './history';
import { parseRule } from '../rule/parse-rule';
import { bucketOf } from './leaves/constant-leaves';

const at = (text: string): number => Date.parse(text);
const NOW = at('2026-05-14T10:00:00Z');
let serial = 0;
const event = (name: string, time: string, properties = {}): HistoryEvent => {
  serial += 1;
  return { id: `e${String(serial).padStart(4, '0')}`, name, time: at(time), properties };
};
const evaluate = (where: unknown, events: readonly HistoryEvent[], now = NOW): ProvenOutcome =>
  evaluateRule(
    compileRules([{ rule: parseRule({ version: 1, entity: 'profile', where }) }]),
    makeHistory({ profileId: 'u1', events }),
    now,
  );
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

describe('aggregate', () => {
  const orders = (...totals: unknown[]): HistoryEvent[] =>
    totals.map((total, i) => event('Order', `2026-05-${String(i + 1).padStart(2, '0')}T00:00:00Z`, { total }));
  const node = (fn: string, op: string, value: unknown, more = {}): unknown => ({
    aggregate: { event: { name: 'Order' }, fn, property: 'total', op, value, ...more },
  });

  it('adds decimals, so that 0.1 ten times is one whatever the order', () => {
    const found = evaluate(node('sum', 'eq', 1), orders(...Array.from({ length: 10 }, () => 0.1)));
    expect(found.member).toBe(true);
    expect(found.proof.nodes[0]?.values).toEqual([{ fn: 'sum', property: 'total', actual: 1, op: 'eq', expected: 1 }]);
    expect(evaluate(node('sum', 'eq', 1e16), orders(1e16, 1, -1)).member).toBe(true);
    // Nine decimals, half to even: 5e-10 becomes 0, 15e-10 becomes 2e-9.
    expect(evaluate(node('sum', 'eq', 2e-9), orders(5e-10, 15e-10)).member).toBe(true);
  });

  it.each([
    ['sum', 'eq', 0, true],
    ['distinct', 'eq', 0, true],
    ['distinctDays', 'eq', 0, true],
    ['avg', 'lte', 1e9, false],
    ['min', 'neq', 7, false],
    ['max', 'gte', -1e9, false],
    ['first', 'neq', 7, false],
    ['last', 'neq', 7, false],
    ['slope', 'neq', 7, false],
  ])('over no events: %s %s %p is %p', (fn, op, value, expected) => {
    expect(evaluate(node(fn, op, value), []).member).toBe(expected);
  });

  it.each([
    ['avg', 'eq', 2, [1, 2, 3, 'x', null]],
    ['min', 'eq', -1, [5, -1, 3]],
    ['max', 'eq', 5, [5, -1, 3]],
    ['distinct', 'eq', 3, [1, '1', 1, 2]],
    ['distinctDays', 'eq', 4, [1, '1', 1, 2]],
    ['first', 'eq', 7, [null, 7, 8]],
    ['last', 'eq', 'b', ['a', 'b', null]],
    ['slope', 'eq', 2, [1, 3, 5]],
  ])('%s %s %p over %j', (fn, op, value, totals) => {
    expect(evaluate(node(fn, op, value), orders(...totals)).member).toBe(true);
  });

  it('takes percentiles by nearest rank', () => {
    const totals = [15, 20, 35, 40, 50];
    const p = (percent: number, value: number): boolean =>
      evaluate(node('percentile', 'eq', value, { p: percent }), orders(...totals)).member;
    expect([p(5, 15), p(30, 20), p(40, 20), p(50, 35), p(100, 50)]).toEqual([true, true, true, true, true]);
  });

  it('compares averages without rounding them', () => {
    expect(evaluate(node('avg', 'gt', 0.333333333), orders(1, 0, 0)).member).toBe(true);
    expect(evaluate(node('avg', 'lt', 0.333333334), orders(1, 0, 0)).member).toBe(true);
  });
});

describe('sequence', () => {
  const base = {
    steps: [
      { as: 'v', event: { name: 'Product Viewed' } },
      {
        as: 'c',
        event: { name: 'Checkout Started', where: [{ path: 'product_id', op: 'eq', ref: 'v.product_id' }] },
        gap: { max: { n: 2, unit: 'hour' } },
      },
    ],
    without: [{ event: { name: 'Order Completed' }, after: 'c', within: { n: 1, unit: 'hour' } }],
    window: { last: { n: 7, unit: 'day' } },
  };
  const viewed = (time: string, product_id: string): HistoryEvent => event('Product Viewed', time, { product_id });
  const started = (time: string, product_id: string): HistoryEvent => event('Checkout Started', time, { product_id });

  it('holds once the quiet time after the last step has passed, until a step leaves the window', () => {
    const events = [viewed('2026-05-14T08:00:00Z', 'p1'), started('2026-05-14T09:30:00Z', 'p1')];
    const early = evaluate({ sequence: base }, events);
    expect([early.member, iso(early.nextChangeAt)]).toEqual([false, '2026-05-14T10:30:00.000Z']);
    const later = evaluate({ sequence: base }, events, at('2026-05-14T10:30:00Z'));
    expect([later.member, iso(later.nextChangeAt)]).toEqual([true, '2026-05-21T08:00:00.000Z']);
    expect(later.proof.nodes[0]?.eventIds).toEqual(events.map((one) => one.id));
  });

  it('looks at the properties of the earlier step, the gap, and what must not come', () => {
    const v = viewed('2026-05-14T06:00:00Z', 'p1');
    const now = at('2026-05-14T12:00:00Z');
    const member = (...more: HistoryEvent[]): boolean => evaluate({ sequence: base }, [v, ...more], now).member;
    expect(member(started('2026-05-14T08:00:00Z', 'p1'))).toBe(true);
    expect(member(started('2026-05-14T08:00:00.001Z', 'p1'))).toBe(false);
    expect(member(started('2026-05-14T07:00:00Z', 'p2'))).toBe(false);
    const c = started('2026-05-14T07:00:00Z', 'p1');
    expect(member(c, event('Order Completed', '2026-05-14T08:00:00Z'))).toBe(false);
    expect(member(c, event('Order Completed', '2026-05-14T08:00:00.001Z'))).toBe(true);
    expect(member(c, event('Order Completed', '2026-05-14T07:00:00Z'))).toBe(true);
  });

  it('keeps the earliest and the latest match', () => {
    const events = ['01', '02', '03', '04'].map((day) =>
      event(Number(day) % 2 === 1 ? 'A' : 'B', `2026-05-${day}T00:00:00Z`),
    );
    const [a1, b2, a3, b4] = events.map((one) => one.id);
    const found = evaluate({ sequence: { steps: [{ event: { name: 'A' } }, { event: { name: 'B' } }] } }, events);
    expect(found.proof.nodes[0]?.values).toEqual([{ earliest: [a1, b2], latest: [a3, b4] }]);
  });

  it('finds or refuses long sequences in time that does not explode', () => {
    const events = Array.from({ length: 600 }, (_, i) =>
      event('A', new Date(at('2026-05-01T00:00:00Z') + i * 60_000).toISOString(), { k: i % 7 }),
    );
    const steps = [...Array.from({ length: 11 }, () => ({ event: { name: 'A' } })), { event: { name: 'never' } }];
    expect(evaluate({ sequence: { steps, keyBy: 'k' } }, events).member).toBe(false);
  });
});

describe('frequency, lifecycle and bucket', () => {
  it('compares two counts; over none of the second there is no ratio', () => {
    const node = (op: string, ratio: number): unknown => ({
      frequency: { a: { name: 'A' }, b: { name: 'B' }, op, ratio },
    });
    const a = event('A', '2026-05-01T00:00:00Z');
    const b = (n: number): HistoryEvent[] => Array.from({ length: n }, () => event('B', '2026-05-01T00:00:00Z'));
    expect(evaluate(node('eq', 0.2), [a, ...b(5)]).member).toBe(true);
    expect(evaluate(node('lt', 0.2), [a, ...b(6)]).member).toBe(true);
    expect(evaluate(node('gte', 0), [a]).member).toBe(false);
  });

  it.each([
    ['new', ['2026-05-10'], '2026-06-09T00:00:00.000Z'],
    ['regular', ['2026-05-10', '2026-04-01'], '2026-05-31T00:00:00.000Z'],
    ['resurrected', ['2026-05-10', '2026-01-01'], '2026-06-09T00:00:00.000Z'],
    ['stopped', ['2026-04-01'], '2026-05-31T00:00:00.000Z'],
  ])('is %s for %j until %s', (state, days, until) => {
    const events = days.map((day) => event('Order', `${day}T00:00:00Z`));
    const states = ['new', 'regular', 'resurrected', 'stopped'].filter(
      (one) =>
        evaluate({ lifecycle: { state: one, event: { name: 'Order' }, period: { n: 30, unit: 'day' } } }, events)
          .member,
    );
    expect(states).toEqual([state]);
    const found = evaluate({ lifecycle: { state, event: { name: 'Order' }, period: { n: 30, unit: 'day' } } }, events);
    expect(iso(found.nextChangeAt)).toBe(until);
  });

  it('draws buckets from SHA-256', () => {
    // sha256("2026-q4:u1") = 101ff384919b5df7…: the first eight bytes modulo 10,000.
    expect(bucketOf('2026-q4', 'u1')).toBe(8407);
    expect(evaluate({ bucket: { salt: '2026-q4', from: 0, to: 9999 } }, []).member).toBe(true);
  });
});

describe('long histories', () => {
  const events = Array.from({ length: 6000 }, (_, i) => ({
    id: `e${i}`,
    name: ['A', 'B', 'C'][i % 3] ?? 'A',
    time: NOW - ((i * 7919) % 6000) * 400_000,
    properties: { p: i % 97, k: `k${i % 500}`, when: new Date(NOW - i * 60_000).toISOString() },
  }));
  const window = { last: { n: 30, unit: 'day' } };
  const steps = [
    { as: 'a', event: { name: 'A' } },
    { event: { name: 'B', where: [{ path: 'k', op: 'eq', ref: 'a.x' }] } },
  ];

  // Each of these took minutes when a leaf looked at every event anew for every instant at which one may leave.
  it.each([
    ['sums', { aggregate: { event: { name: 'A' }, fn: 'sum', property: 'p', op: 'gte', value: 1, window } }],
    ['sequences that never match', { sequence: { steps, window } }],
    ['calendar windows', { event: { name: 'A', window: { last: { n: 1, unit: 'month', calendar: true } } } }],
    [
      'times in properties',
      { event: { name: 'A', where: [{ path: 'when', op: 'withinLast', value: { n: 1, unit: 'day' } }] } },
    ],
  ])('are no trouble for %s', (_name, where) => {
    const { member, nextChangeAt } = evaluate(where, events);
    expect(member).toBe(nextChangeAt !== null);
  });
});
