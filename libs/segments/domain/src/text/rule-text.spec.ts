import { isAppError } from '@kohort/kernel-errors';
import { parseRule } from '../rule/parse-rule';
import { printConditions, printRule } from './print-rule';
import { readRuleText } from './read-rule-text';

const rule = (where: unknown): unknown => ({ version: 1, entity: 'profile', where });
const problemOf = (text: string): { code: string; message: string; line: unknown; column: unknown } => {
  try {
    readRuleText(text);
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return {
      code: thrown.code,
      message: thrown.message,
      line: thrown.details['line'],
      column: thrown.details['column'],
    };
  }
  throw new Error('was read');
};

describe('the text form', () => {
  it('reads the example of the language', () => {
    const text = `
      plan = "pro" and did "Order Completed" at least 2 times in last 30 days where total > 50
        and not (did "Order Refunded" in last 90 days)   -- nobody who sent something back
        and sequence ("Product Viewed" as v then within 2 hours "Checkout Started" where product_id = v.product_id
                      then not "Order Completed" within 1 hour)`;
    expect(readRuleText(text)).toEqual(
      rule({
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
            sequence: {
              steps: [
                { as: 'v', event: { name: 'Product Viewed' } },
                {
                  event: {
                    name: 'Checkout Started',
                    where: [{ path: 'product_id', op: 'eq', ref: 'v.product_id' }],
                  },
                  gap: { max: { n: 2, unit: 'hour' } },
                },
              ],
              without: [{ event: { name: 'Order Completed' }, after: 'step2', within: { n: 1, unit: 'hour' } }],
            },
          },
        ],
      }),
    );
  });

  it.each([
    [
      'a trait',
      { trait: { path: 'plan', op: 'eq', value: 'free', asOf: '2026-03-01T00:00:00Z' } },
      'plan = "free" as of "2026-03-01T00:00:00Z"',
    ],
    ['a reserved name', { trait: { path: 'not', op: 'exists' } }, '`not` exists'],
    ['an odd name', { trait: { path: 'a b.c`d[0]', op: 'isTrue' } }, '`a b.c\\`d[0]` is true'],
    ['another trait', { trait: { path: 'city', op: 'neq', ref: 'home.city' } }, 'city != home.city'],
    [
      'a circle',
      { trait: { path: 'at_home', op: 'geoWithin', value: { center: { lat: 52.5, lon: -13.4 }, radiusKm: 5 } } },
      'at_home within 5 km of (52.5, -13.4)',
    ],
    ['words', { trait: { path: 'review', op: 'wordsAny', value: 'late' } }, 'review says any of "late"'],
    [
      'words of an event',
      { event: { name: 'Review', where: [{ path: 'body', op: 'wordsNone', value: ['late delivery', 'brok*'] }] } },
      'did "Review" where body says none of ("late delivery", "brok*")',
    ],
    [
      'words near each other',
      { trait: { path: 'review', op: 'wordsNear', value: { words: ['late', 'box'], within: 5 }, ever: true } },
      'review says ("late", "box") within 5 words ever',
    ],
    [
      'a count of nothing',
      { event: { name: 'Order Completed', count: { op: 'eq', n: 0 } } },
      'did "Order Completed" exactly 0 times',
    ],
    [
      'a count between',
      {
        event: {
          count: { op: 'between', n: [1, 2] },
          window: { between: { from: { n: 60, unit: 'day' }, to: { n: 30, unit: 'day' } } },
        },
      },
      'did anything between 1 and 2 times between 60 days and 30 days ago',
    ],
    [
      'a calendar window',
      { event: { name: ['A', 'B'], window: { last: { n: 1, unit: 'month', calendar: true } } } },
      'did any of ("A", "B") in last 1 calendar month',
    ],
    [
      'an aggregate',
      {
        aggregate: {
          event: { name: 'Order Completed', where: [{ path: 'currency', op: 'eq', value: 'EUR' }] },
          fn: 'percentile',
          p: 90,
          property: 'total',
          op: 'gte',
          value: 100,
          window: { last: { n: 7, unit: 'day' } },
        },
      },
      'percentile 90 of total over "Order Completed" in last 7 days where (currency = "EUR") >= 100',
    ],
    ['days', { aggregate: { event: {}, fn: 'distinctDays', op: 'gt', value: 3 } }, 'distinct days over anything > 3'],
    [
      'a frequency',
      {
        frequency: {
          a: { name: 'Order Completed' },
          b: { name: 'Product Viewed' },
          op: 'gte',
          ratio: 0.2,
          window: { last: { n: 30, unit: 'day' } },
        },
      },
      'ratio of "Order Completed" to "Product Viewed" in last 30 days >= 0.2',
    ],
    [
      'a lifecycle',
      { lifecycle: { state: 'stopped', event: { name: 'Order Completed' }, period: { n: 30, unit: 'day' } } },
      'lifecycle stopped of "Order Completed" with period 30 days',
    ],
    [
      'at least',
      {
        atLeast: {
          n: 1,
          of: [
            { segment: { key: 'vip', is: false } },
            { cluster: { model: 'value', in: ['loyal'], minConfidence: 0.8 } },
          ],
        },
      },
      'at least 1 of (not in segment "vip", cluster "value" in ("loyal") with confidence 0.8)',
    ],
    [
      'a prediction',
      { prediction: { model: 'orders_30d', measure: 'percentile', op: 'gte', value: 90 } },
      'prediction "orders_30d" percentile >= 90',
    ],
    ['a bucket', { bucket: { salt: '2026-q4', from: 0, to: 4999 } }, 'bucket "2026-q4" from 0 to 4999'],
    [
      'a relation',
      { relation: { to: 'account', quantifier: 'any', where: { trait: { path: 'tier', op: 'eq', value: 'gold' } } } },
      'relation to account any (tier = "gold")',
    ],
    ['consent', { consent: { purpose: 'advertising' } }, 'consent for "advertising"'],
    ['text', { text: { trait: 'last_review', sentiment: 'negative' } }, 'text of last_review sentiment negative'],
    [
      'top',
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
      'top 10 percent by sum of total over "Order Completed" in last 365 days',
    ],
    [
      'sql',
      { sql: { predicate: "countIf(name = 'Order Completed') > 3" } },
      'sql "countIf(name = \'Order Completed\') > 3"',
    ],
    [
      'names of nodes',
      { id: 'n0', label: 'Pro', any: [{ trait: { path: 'plan', op: 'exists' } }, { all: [] }] },
      '@("n0", label "Pro") (plan exists or all())',
    ],
  ])('writes %s as one would say it, and reads it back', (_what, where, text) => {
    expect(printRule(rule(where))).toBe(text);
    expect(readRuleText(text)).toEqual(rule(where));
  });

  it('binds "and" closer than "or", and keeps brackets that say otherwise', () => {
    const leaf = (path: string) => ({ trait: { path, op: 'exists' } });
    expect(readRuleText('a exists or b exists and c exists')).toEqual(
      rule({ any: [leaf('a'), { all: [leaf('b'), leaf('c')] }] }),
    );
    expect(readRuleText('(a exists or b exists) and (c exists)')).toEqual(
      rule({ all: [{ any: [leaf('a'), leaf('b')] }, leaf('c')] }),
    );
  });

  it('breaks what is long over several lines', () => {
    const long = { trait: { path: 'a_rather_long_name_of_a_trait', op: 'eq', value: 'a rather long value' } };
    const text = printRule({
      ...(rule({ all: [long, { none: [{ any: [long, long, long] }] }] }) as object),
      options: { timezone: 'Europe/Berlin' },
    });
    expect(text.split('\n')).toHaveLength(5);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(printRule(readRuleText(text))).toBe(text);
  });

  it.each([
    ['plan ~ 3', 'SEGMENTS_TEXT_INVALID', 1, 6],
    ['plan = "pro"\n  adn did "A"', 'SEGMENTS_TEXT_INVALID', 2, 3],
    ['did "A" in last 3 dyas', 'SEGMENTS_TEXT_INVALID', 1, 19],
    ['plan = "open', 'SEGMENTS_TEXT_INVALID', 1, 8],
    ['has = 3', 'SEGMENTS_TEXT_INVALID', 1, 1],
    ['', 'SEGMENTS_TEXT_INVALID', 1, 1],
  ])('names line and column in %j', (text, code, line, column) => {
    expect(problemOf(text)).toMatchObject({ code, line, column });
  });

  it.each([
    ['did "A" in last 1 month', 19, 'write "1 calendar month"'],
    ['did "A" in last 2 years', 19, 'write "2 calendar years"'],
    ['did "A" between 2 quarters and 1 day ago', 19, 'write "2 calendar quarters"'],
    ['seen within last 3 months', 20, 'write "3 calendar months"'],
    ['did "A" in session with gap 1 month', 31, 'only a fixed length can stand here'],
    ['sequence ("A" then within 1 calendar day "B")', 38, 'only a fixed length can stand here'],
  ])('says how a length of the calendar is written: %s', (text, column, advice) => {
    const found = problemOf(text);
    expect([found.code, found.line, found.column]).toEqual(['SEGMENTS_TEXT_INVALID', 1, column]);
    expect(found.message).toContain(advice);
  });

  it('reads the length that it advises', () => {
    expect(() =>
      readRuleText('did "A" between 2 calendar quarters and 1 day ago and seen within last 3 calendar months'),
    ).not.toThrow();
  });

  it('says what is wrong with the length of a list', () => {
    const many = (n: number): string => Array.from({ length: n }, (_, i) => i).join(', ');
    expect(problemOf('plan in ()').message).toBe('node where: "in" takes a list with a value in it; this one is empty');
    expect(problemOf(`plan not in (${many(1001)})`).message).toBe(
      'node where: "notIn" takes a list of at most 1000 values; this one has 1001',
    );
    expect(() => readRuleText(`plan in (${many(1000)})`)).not.toThrow();
    expect(problemOf('tags has any of ()').message).toContain('this one is empty');
    expect(problemOf('ip in network ()').message).toContain('this one is empty');
  });

  it('suggests the nearest word, and tells meaning from spelling', () => {
    expect(problemOf('did "A" in last 3 dyas').message).toContain('did you mean "days"?');
    expect(problemOf('plan = "pro" adn did "A"').message).toContain('did you mean "and"?');
    expect(problemOf('plan matches "("').code).toBe('SEGMENTS_RULE_BAD_PATTERN');
  });

  it('refuses hostile brackets fast', () => {
    expect(problemOf('('.repeat(50_000)).code).toBe('SEGMENTS_TEXT_INVALID');
    expect(problemOf(`${'not '.repeat(50_000)}a exists`).code).toBe('SEGMENTS_TEXT_INVALID');
    expect(() => parseRule(readRuleText(Array.from({ length: 300 }, () => 'a exists').join(' and ')))).toThrow(
      /200 nodes/,
    );
  });
});

describe('printConditions', () => {
  it('gives each condition by its id, else its path, as the text form of it alone reads', () => {
    const where = {
      all: [
        { id: 'n1', label: 'Pros', trait: { path: 'plan', op: 'eq', value: 'pro' } },
        { none: [{ segment: { key: 'vip' } }] },
        { atLeast: { n: 1, of: [{ consent: { purpose: 'email' } }, { bucket: { salt: 's', from: 0, to: 9 } }] } },
        { relation: { to: 'account', quantifier: 'any', where: { trait: { path: 'tier', op: 'exists' } } } },
      ],
    };
    const printed = printConditions({ version: 1, entity: 'profile', where });
    expect(Object.fromEntries([...printed].slice(1))).toEqual({
      n1: 'plan = "pro"',
      'where.all.1': 'not (in segment "vip")',
      'where.all.1.none.0': 'in segment "vip"',
      'where.all.2': 'at least 1 of (consent for "email", bucket "s" from 0 to 9)',
      'where.all.2.atLeast.of.0': 'consent for "email"',
      'where.all.2.atLeast.of.1': 'bucket "s" from 0 to 9',
      'where.all.3': 'relation to account any (tier exists)',
      'where.all.3.relation.where': 'tier exists',
    });
    for (const text of printed.values()) expect(() => readRuleText(text)).not.toThrow();
  });
});
