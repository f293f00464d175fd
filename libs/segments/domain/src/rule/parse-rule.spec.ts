import { isAppError } from '@kohort/kernel-errors';
import { parseRule } from './parse-rule';
import { ruleSchema } from './rule.schema';

const rule = (where: unknown, options?: unknown): unknown => ({
  version: 1,
  entity: 'profile',
  where,
  ...(options === undefined ? {} : { options }),
});

const refusal = (json: unknown): { code: string; message: string; details: Record<string, unknown> } => {
  try {
    parseRule(json);
  } catch (thrown) {
    if (isAppError(thrown)) return { code: thrown.code, message: thrown.message, details: { ...thrown.details } };
    throw thrown;
  }
  throw new Error('the rule was accepted');
};

const WHOLE = rule({
  id: 'n0',
  all: [
    { trait: { path: 'plan', op: 'eq', value: 'pro' } },
    {
      event: {
        name: 'Order Completed',
        where: [{ path: 'total', op: 'gt', value: 50 }],
        count: { op: 'gte', n: 2 },
        window: { last: { n: 30, unit: 'day' } },
      },
    },
    { none: [{ event: { name: 'Order Refunded', window: { last: { n: 90, unit: 'day' } } } }] },
    {
      atLeast: {
        n: 1,
        of: [
          {
            aggregate: {
              event: { name: 'Order Completed' },
              fn: 'sum',
              property: 'total',
              op: 'gte',
              value: 100,
              window: { between: { from: { n: 60, unit: 'day' }, to: { n: 30, unit: 'day' } } },
            },
          },
          {
            sequence: {
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
            },
          },
          { segment: { key: 'vip', is: true } },
          { prediction: { model: 'orders_30d', measure: 'percentile', op: 'gte', value: 90 } },
          { cluster: { model: 'value', in: ['loyal'] } },
          { bucket: { salt: '2026-q4', from: 0, to: 4999 } },
        ],
      },
    },
  ],
});

const MORE = [
  { trait: { path: 'plan', op: 'eq', value: 'free', asOf: '2026-03-01T00:00:00Z' } },
  { trait: { path: 'plan', op: 'eq', value: 'pro', ever: true } },
  {
    frequency: {
      a: { name: 'Order Completed' },
      b: { name: 'Product Viewed' },
      op: 'gte',
      ratio: 0.2,
      window: { last: { n: 30, unit: 'day' } },
    },
  },
  { lifecycle: { state: 'stopped', event: { name: 'Order Completed' }, period: { n: 30, unit: 'day' } } },
  { relation: { to: 'account', quantifier: 'any', where: { trait: { path: 'tier', op: 'eq', value: 'gold' } } } },
  { consent: { purpose: 'advertising' } },
  { text: { trait: 'last_review', sentiment: 'negative' } },
  {
    top: {
      by: {
        aggregate: {
          event: { name: 'Order Completed' },
          fn: 'sum',
          property: 'total',
          window: { last: { n: 365, unit: 'day' } },
        },
      },
      percent: 10,
    },
  },
  { sql: { predicate: "countIf(name = 'Order Completed') > 3" } },
  { event: { window: { last: { n: 1, unit: 'month', calendar: true } } } },
  { event: { window: { session: { gap: { n: 30, unit: 'minute' } } } } },
  { event: { window: { withinFirst: { n: 7, unit: 'day' } } } },
];

describe('parseRule', () => {
  it('reads the published examples as they stand', () => {
    expect(parseRule(WHOLE).root).toMatchObject({ id: 'n0', kind: 'all' });
    expect(parseRule(rule({ any: MORE })).root).toMatchObject({ kind: 'any' });
    expect(ruleSchema.safeParse(WHOLE).success).toBe(true);
    expect(ruleSchema.safeParse(rule({ any: MORE })).success).toBe(true);
  });

  it('names nodes by their path unless they have an id', () => {
    const { root } = parseRule(WHOLE);
    if (root.kind !== 'all') throw new Error('not all');
    expect(root.children.map((child) => child.id)).toEqual([
      'where.all.0',
      'where.all.1',
      'where.all.2',
      'where.all.3',
    ]);
    const last = root.children[3];
    expect(last?.kind === 'atLeast' ? last.children[4]?.id : '').toBe('where.all.3.atLeast.of.4');
  });

  it('has one hash for two spellings of the same rule', () => {
    const a = parseRule({ version: 1, entity: 'profile', where: { trait: { path: 'plan', op: 'eq', value: 'pro' } } });
    const b = parseRule({ where: { trait: { value: 'pro', op: 'eq', path: 'plan' } }, entity: 'profile', version: 1 });
    const c = parseRule({ version: 1, entity: 'profile', where: { trait: { path: 'plan', op: 'eq', value: 'Pro' } } });
    expect(a.hash).toBe(b.hash);
    expect(a.hash).not.toBe(c.hash);
    expect(a.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [{ trait: { path: 'plan', op: 'equals', value: 1 } }, 'SEGMENTS_RULE_UNKNOWN_OPERATOR', 'eq'],
    [{ trait: { path: 'plan', op: { toString: 1 } } }, 'SEGMENTS_RULE_UNKNOWN_OPERATOR', undefined],
    [{ trait: { path: { length: { toString: 1, valueOf: 1 } }, op: 'exists' } }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ trait: { path: 'plan', op: 'containz', value: 'x' } }, 'SEGMENTS_RULE_UNKNOWN_OPERATOR', 'contains'],
    [{ trait: { path: 'plan', op: 'eq', valeu: 'x' } }, 'SEGMENTS_RULE_UNKNOWN_FIELD', 'value'],
    [{ event: { name: 'a', count: { op: 'gte', m: 1, n: 1 } } }, 'SEGMENTS_RULE_UNKNOWN_FIELD', undefined],
    [{ event: { name: 'a', cuont: { op: 'gte', n: 1 } } }, 'SEGMENTS_RULE_UNKNOWN_FIELD', 'count'],
    [{ evnt: { name: 'a' } }, 'SEGMENTS_RULE_UNKNOWN_NODE', 'event'],
    [{ trait: { path: 'plan', op: 'exists' }, lable: 'x' }, 'SEGMENTS_RULE_UNKNOWN_FIELD', 'label'],
    [{ trait: { path: 'age', op: 'contains', value: 5 } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'age', op: 'gt', value: true } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'age', op: 'between', value: [1, 'b'] } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'age', op: 'in', value: [1, 'b'] } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'age', op: 'before', value: 'yesterday' } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'age', op: 'before', value: '2026-02-30T00:00:00Z' } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [
      { trait: { path: 'age', op: 'withinLast', value: { n: 1, unit: 'month' } } },
      'SEGMENTS_RULE_TYPE_MISMATCH',
      undefined,
    ],
    [{ trait: { path: 'v', op: 'wordsAny', value: '...' } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'v', op: 'wordsAll', value: ['a', 5] } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'v', op: 'wordsNone', value: 'x'.repeat(201) } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [
      { trait: { path: 'v', op: 'wordsNear', value: { words: ['a', 'b'], within: 101 } } },
      'SEGMENTS_RULE_TYPE_MISMATCH',
      undefined,
    ],
    [{ trait: { path: 'v', op: 'wordsAny', ref: 'w' } }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ trait: { path: 'v', op: 'semver', value: 'not a range' } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'ip', op: 'cidr', value: '10.0.0.0/99' } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ trait: { path: 'x', op: 'matches', value: '(?<=a)b' } }, 'SEGMENTS_RULE_BAD_PATTERN', undefined],
    [{ trait: { path: 'x', op: 'matches', value: '(' } }, 'SEGMENTS_RULE_BAD_PATTERN', undefined],
    [{ trait: { path: 'x', op: 'eq', value: 'a', ref: 'y' } }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ trait: { path: 'x', op: 'eq' } }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ trait: { path: 'a..b', op: 'exists' } }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ event: { name: 'a', where: [{ path: 'x', op: 'eq', ref: 'y' }] } }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ event: { name: 'a', window: { last: { n: 1, unit: 'month' } } } }, 'SEGMENTS_RULE_INVALID', undefined],
    [
      { event: { name: 'a', window: { last: { n: 1, unit: 'day' }, since: '2026-01-01T00:00:00Z' } } },
      'SEGMENTS_RULE_INVALID',
      undefined,
    ],
    [{ event: { name: 'a', count: { op: 'between', n: 3 } } }, 'SEGMENTS_RULE_TYPE_MISMATCH', undefined],
    [{ all: [], any: [] }, 'SEGMENTS_RULE_INVALID', undefined],
    [{ bucket: { salt: 's', from: 0, to: 10_000 } }, 'SEGMENTS_RULE_INVALID', undefined],
    ['all', 'SEGMENTS_RULE_INVALID', undefined],
    [null, 'SEGMENTS_RULE_INVALID', undefined],
  ])('refuses %j with %s', (node, code, suggestion) => {
    const found = refusal(rule({ all: [{ all: [] }, node] }));
    expect(found.code).toBe(code);
    expect(String(found.details['path'])).toMatch(/^where\.all\.1/);
    expect(found.details['suggestion']).toBe(suggestion);
    expect(found.message).toContain('where.all.1');
  });

  it.each([
    { trait: { path: 'plan', op: 'eq', value: 'a\u0000b' } },
    { trait: { path: 'plan', op: 'in', value: ['a', '\ud800'] } },
    { trait: { path: 'pl\u0000an', op: 'exists' } },
    { event: { name: ['a', 'b\u0000'] } },
    { event: { where: [{ path: 'x', op: 'eq', value: '\udc00' }] } },
    { label: 'l\ud83d', all: [] },
    { id: 'i\u0000', all: [] },
    { segment: { key: 'a\u0000' } },
    { sequence: { steps: [{ event: { name: 'a\u0000' } }] } },
    { sql: { predicate: "name = 'a\u0000'" } },
    { relation: { to: 'account', quantifier: 'any', where: { trait: { path: 'x', op: 'eq', value: '\u0000' } } } },
  ])('refuses %j for a text that can neither be stored nor found', (node) => {
    const found = refusal(rule({ all: [{ all: [] }, node] }));
    expect([found.code, found.message.includes('a text holds')]).toEqual(['SEGMENTS_RULE_INVALID', true]);
    expect(String(found.details['path'])).toMatch(/^where\.all\.1/);
  });

  it('takes texts of any whole characters', () => {
    expect(parseRule(rule({ trait: { path: 'plan', op: 'eq', value: '\ud83d\ude00\u0001' } })).root.kind).toBe('trait');
  });

  it('names the node by its id and says which steps a sequence knows', () => {
    const found = refusal(
      rule({
        all: [
          {
            id: 'path',
            sequence: {
              steps: [{ event: { name: 'a' } }, { event: { name: 'b', where: [{ path: 'x', op: 'eq', ref: 'w.x' }] } }],
            },
          },
        ],
      }),
    );
    expect(found.message).toContain('node path.steps.1.where.0');
    expect(found.message).toContain('step1');
  });

  it('holds the limits at once, whatever is inside', () => {
    let deep: unknown = { all: [] };
    for (let i = 1; i < 12; i += 1) deep = { all: [deep] };
    expect(parseRule(rule(deep)).root.kind).toBe('all');
    expect(refusal(rule({ none: [deep] })).code).toBe('SEGMENTS_RULE_TOO_DEEP');
    let bottomless: unknown = { all: [] };
    for (let i = 0; i < 20_000; i += 1) bottomless = { all: [bottomless] };
    expect(refusal(rule(bottomless)).code).toBe('SEGMENTS_RULE_TOO_DEEP');
    const wide = (n: number): unknown => rule({ any: Array.from({ length: n }, () => ({ all: [] })) });
    expect(parseRule(wide(199)).root.kind).toBe('any');
    expect(refusal(wide(200)).code).toBe('SEGMENTS_RULE_TOO_LARGE');
    expect(refusal(rule({ trait: { path: 'x', op: 'matches', value: 'a{1000}'.repeat(400) } })).code).toBe(
      'SEGMENTS_RULE_BAD_PATTERN',
    );
  });

  it('refuses what stands around the tree', () => {
    expect(refusal({ version: 2, entity: 'profile', where: { all: [] } }).code).toBe('SEGMENTS_RULE_INVALID');
    expect(refusal({ version: 1, entity: 'person', where: { all: [] } }).code).toBe('SEGMENTS_RULE_INVALID');
    expect(refusal({ version: 1, entity: 'profile', were: { all: [] } }).code).toBe('SEGMENTS_RULE_INVALID');
    expect(refusal(rule({ all: [] }, { timezone: 'Mars/Olympus' })).message).toContain('Mars/Olympus');
    expect(
      refusal(
        rule({
          all: [
            { id: 'x', all: [] },
            { id: 'x', all: [] },
          ],
        }),
      ).code,
    ).toBe('SEGMENTS_RULE_DUPLICATE_NODE');
    expect(refusal(undefined).code).toBe('SEGMENTS_RULE_INVALID');
  });
});
