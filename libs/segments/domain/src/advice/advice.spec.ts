import type { Json, JsonObject } from '@kohort/kernel-contracts';
import {
  estimateCost,
  isBatchOnly,
  migrateRule,
  parseRule,
  unknownNames,
  type ParsedRule,
  type Volumes,
} from '../index';

const rule = (where: Json): ParsedRule => parseRule({ version: 1, entity: 'profile', where });
const ordered = { event: { name: 'Order Completed' } };

describe('names that nothing is known of', () => {
  const known = { event: ['Order Completed', 'Product Viewed'], trait: ['plan'], segment: ['vip'], model: ['churn'] };

  it('are told with the node and the nearest known name', () => {
    const found = unknownNames(
      rule({
        all: [
          { id: 'n1', event: { name: ['Order Completd', 'Product Viewed'] } },
          { trait: { path: 'plann.name', op: 'exists' } },
          {
            none: [
              { segment: { key: 'vipp' } },
              { prediction: { model: 'chrun', measure: 'percentile', op: 'gt', value: 1 } },
            ],
          },
          { sequence: { steps: [{ event: { name: 'Zebra Crossed' } }, ordered] } },
          { consent: { purpose: 'email' } },
        ],
      }),
      known,
    );
    expect(found.map(({ node, kind, name, suggestion }) => [node, kind, name, suggestion])).toEqual([
      ['n1', 'event', 'Order Completd', 'Order Completed'],
      ['where.all.1', 'trait', 'plann', 'plan'],
      ['where.all.2.none.0', 'segment', 'vipp', 'vip'],
      ['where.all.2.none.1', 'model', 'chrun', 'churn'],
      ['where.all.3', 'event', 'Zebra Crossed', null],
    ]);
    expect(found[0]?.message).toBe(
      'node n1: there has been no event "Order Completd" so far; did you mean "Order Completed"?',
    );
  });

  it('are told otherwise of a computed trait that is not live', () => {
    const asked = rule({ all: ['monetary', 'monetray'].map((path) => ({ trait: { path, op: 'gt', value: 1 } })) });
    expect(unknownNames(asked, known, { asleep: ['monetary'] }).map(({ message }) => message)).toEqual([
      'node where.all.0: no rule sees the computed trait "monetary" before it is made live (live: true)',
      'node where.all.1: there has been no trait "monetray" so far; did you mean "monetary"?',
    ]);
    expect(unknownNames(asked, { event: [] }, { asleep: ['monetary'] })).toEqual([]);
  });

  it('are told otherwise of segments that are drafts or archived; what serves is suggested first', () => {
    const idle = { drafts: ['pro_buyers', 'vips'], archived: ['vip_2025', 'oldest'] };
    const keys = ['pro_buyers', 'pro_buyer', 'vipz', 'vip_2025', 'oldest', 'zebras'];
    const asked = rule({ any: keys.map((key) => ({ segment: { key } })) });
    const found = unknownNames(asked, { ...known, segment: ['vip', 'vip_2026'] }, idle);
    expect(found.map(({ suggestion, message }) => [suggestion, message.replace(/^node where\.any\.\d: /, '')])).toEqual(
      [
        [null, 'segment "pro_buyers" is a draft: nobody is in it before it is published'],
        ['pro_buyers', 'no segment "pro_buyer" serves; did you mean the draft "pro_buyers"?'],
        ['vip', 'no segment "vipz" serves; did you mean "vip"?'],
        ['vip_2026', 'segment "vip_2025" is archived: nobody is in it; did you mean "vip_2026"?'],
        [null, 'segment "oldest" is archived: nobody is in it'],
        [null, 'no segment "zebras" serves'],
      ],
    );
  });

  it('are not told where all is known', () => {
    expect(unknownNames(rule({ any: [ordered, { trait: { path: 'plan', op: 'exists' } }] }), known)).toEqual([]);
  });
});

describe('the cost of a rule', () => {
  const volumes: Volumes = {
    profiles: 1_000,
    events: new Map([
      ['Order Completed', 5_000],
      ['Product Viewed', 95_000],
    ]),
    traits: new Map([['plan', 1_500]]),
  };
  const cost = (where: Json) => estimateCost(rule(where), volumes);

  it('is that of the rows it has to read, each table once', () => {
    expect(cost(ordered)).toEqual({ rows: 6_000, bytes: 5_000 * 44 + 1_000 * 40, units: 11_000 });
    expect(cost({ all: [ordered, { event: { name: 'Order Completed', count: { op: 'gte', n: 2 } } }] }).rows).toBe(
      6_000,
    );
    expect(cost({ event: {} }).rows).toBe(101_000);
    expect(cost({ trait: { path: 'plan', op: 'exists' } }).rows).toBe(2_500);
    expect(cost({ bucket: { salt: 's', from: 0, to: 1 } }).rows).toBe(1_000);
    expect(cost({ sql: { predicate: 'count() > 1' } }).rows).toBe(101_000);
    const top = { top: { by: { aggregate: { ...ordered, fn: 'distinctDays' } }, n: 5 } };
    expect(cost(top).rows).toBe(6_000);
    expect(isBatchOnly(rule(top))).toBe(true);
    expect(() => rule({ top: { ...top.top, percent: 5 } })).toThrow('exactly one of "n" and "percent"');
    expect(cost({ all: [{ segment: { key: 'vip' } }, { consent: { purpose: 'email' } }] }).rows).toBe(3_000);
  });

  it('grows with what has to be compared', () => {
    const step = { event: { name: 'Product Viewed' } };
    const further = (op: string): Json => ({
      sequence: { steps: [{ as: 'v', ...step }, { event: { ...step.event, where: [{ path: 'p', op, ref: 'v.p' }] } }] },
    });
    const [count, equal, greater] = [cost(step), cost(further('eq')), cost(further('gt'))].map(({ units }) => units);
    expect(equal).toBeGreaterThan(2 * (count ?? 0));
    expect(greater).toBeGreaterThan(4 * (equal ?? 0));
    const said = (op: string, value: Json): Json => ({ event: { ...step.event, where: [{ path: 'p', op, value }] } });
    expect(cost(said('wordsAny', 'late')).units).toBeGreaterThan(5 * cost(said('contains', 'late')).units);
    expect(cost({ event: { ...step.event, where: [{ path: 'p', op: 'exists' }] } }).bytes).toBeGreaterThan(
      cost(step).bytes,
    );
  });
});

describe('rules of older versions', () => {
  const zero: JsonObject = {
    version: 0,
    where: {
      and: [
        { id: 'n1', not: { event: { name: 'A', within: { n: 3, unit: 'day' } } } },
        {
          or: [
            { trait: { path: 'plan', op: 'exists' } },
            { atLeast: { n: 1, of: [{ not: { event: { name: 'B' } } }] } },
          ],
        },
      ],
    },
  };
  const one: JsonObject = {
    version: 1,
    entity: 'profile',
    where: {
      all: [
        { id: 'n1', none: [{ event: { name: 'A', window: { last: { n: 3, unit: 'day' } } } }] },
        {
          any: [
            { trait: { path: 'plan', op: 'exists' } },
            { atLeast: { n: 1, of: [{ none: [{ event: { name: 'B' } }] }] } },
          ],
        },
      ],
    },
  };

  it('become rules of this one, and mean and hash the same', () => {
    expect(migrateRule(zero)).toEqual(one);
    expect(parseRule(zero)).toEqual(parseRule(one));
  });

  it('are left alone when they are of this version', () => {
    expect(migrateRule(one)).toBe(one);
  });

  it('are refused when they are newer, or are none', () => {
    expect(() => parseRule({ ...one, version: 2 })).toThrow('version');
    expect(() => parseRule({ version: 0, where: { nor: [] } })).toThrow('"nor" is not a kind of node; did you mean');
    expect(migrateRule([0])).toEqual([0]);
    let deep: Json = { event: {} };
    for (let i = 0; i < 5_000; i += 1) deep = { not: deep };
    expect(() => parseRule({ version: 0, where: deep })).toThrow('levels deep');
  });
});
