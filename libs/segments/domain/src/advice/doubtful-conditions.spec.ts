import type { Json } from '@kohort/kernel-contracts';
import {
  doubtfulConditions,
  parseRule,
  readRuleText,
  type SeenRecords,
  type SeenValues,
  type ValueKind,
} from '../index';

const of = (kinds: readonly ValueKind[], texts: readonly string[] | null = null): SeenValues => ({
  kinds: new Set(kinds),
  texts,
  isWhole: true,
});
const event = (properties: Record<string, SeenValues>, isWhole = true) => ({
  properties: new Map(Object.entries(properties)),
  isWhole,
});

const seen: SeenRecords = {
  traits: new Map([
    ['plan', of(['text'], ['basic', 'pro'])],
    ['age', of(['number'])],
    ['vip', of(['boolean'])],
    ['tags', of(['list'])],
    ['address', of(['object'])],
  ]),
  events: new Map([
    ['Order Completed', event({ revenue: of(['number']), currency: of(['text'], ['EUR', 'USD']) })],
    ['Product Viewed', event({ product_id: of(['text']), price: of(['number', 'text']) })],
    ['Signed Up', event({})],
    ['Page Viewed', event({ seconds: { ...of(['number']), isWhole: false } }, false)],
  ]),
};

const told = (text: string): readonly (readonly (string | null)[])[] =>
  doubtfulConditions(parseRule(readRuleText(text)), seen).map(({ node, kind, name, suggestion }) => [
    node,
    kind,
    name,
    suggestion,
  ]);

const first = (text: string): string | undefined => doubtfulConditions(parseRule(readRuleText(text)), seen)[0]?.message;

describe('doubtfulConditions', () => {
  it('names properties that an event never had, with the nearest one or those there are', () => {
    expect(told('did "Order Completed" where revenu > 50')).toEqual([['where', 'property', 'revenu', 'revenue']]);
    expect(first('did "Order Completed" where total > 50')).toBe(
      'node where: no "Order Completed" has had a property "total" so far; there are currency, revenue',
    );
    expect(first('did "Signed Up" where way = "web"')).toBe(
      'node where: no "Signed Up" has had a property "way" so far',
    );
    expect(told('sum of amount over "Order Completed" > 5')).toEqual([['where', 'property', 'amount', null]]);
    // A property that one of the events has may be meant of that one.
    expect(told('did any of ("Order Completed", "Product Viewed") where revenue > 5')).toEqual([]);
  });

  it('looks at every step of a sequence, at what it refers to, and at its key', () => {
    const steps = '"Product Viewed" as v then "Order Completed" where product = v.produkt_id';
    expect(told(`plan = "pro" and sequence by currency (${steps})`)).toEqual([
      ['where.all.1', 'property', 'product', null],
      ['where.all.1', 'property', 'produkt_id', 'product_id'],
      ['where.all.1', 'property', 'currency', null],
    ]);
  });

  it('tells of comparisons with a kind of value that was never there', () => {
    expect(first('plan > 5')).toBe(
      'node where: the trait "plan" has been text so far, never number: the comparison holds for nobody',
    );
    const wrong = [
      'age contains "4"',
      'age = "40"',
      'vip = "true"',
      'plan is true',
      'plan has any of ("a")',
      'age matches "^4"',
      'age in ("1", "2")',
    ];
    for (const text of wrong) expect([text, told(text)[0]?.[1]]).toEqual([text, 'type']);
    expect(told('did "Order Completed" where revenue = "50"')).toEqual([['where', 'type', 'revenue', null]]);
    expect(told('sum of currency over "Order Completed" > 5')).toEqual([['where', 'type', 'currency', null]]);
  });

  it('tells of texts that are none of the few', () => {
    expect(told('plan = "Pro"')).toEqual([['where', 'value', 'plan', 'pro']]);
    expect(first('did "Order Completed" where currency in ("GBP", "CHF")')).toBe(
      'node where: "currency" of "Order Completed" has never been "GBP" or "CHF" so far',
    );
    expect(told('plan in ("pro", "gold")')).toEqual([]);
  });

  it('says nothing of what can hold, of denials, of deeper values, and of names that nobody has seen', () => {
    const fine = [
      'plan = "pro" and age between 18 and 30 and vip is true and tags has any of ("a") and plan starts with "p"',
      'plan != "gold" and age != "x" and plan not in ("gold") and vip not contains "x"',
      'vip not within last 5 days and did "Order Completed" where coupon not exists',
      'address.city = "Berlin" and colour = "red" and age exists and plan exists',
      'did "Order Completed" where revenue > 5 and did "Product Viewed" where price = "5" and did anything where x = 1',
      'did "Order Cancelled" where reason = "late"',
      'distinct of product_id over "Product Viewed" > 1 and did "Order Completed"',
    ];
    for (const text of fine) expect([text, told(text)]).toEqual([text, []]);
  });

  it('says less where not all was looked at', () => {
    expect(first('did "Page Viewed" where path = "/"')).toBe(
      'node where: no "Page Viewed" of those looked at has a property "path"; there are seconds',
    );
    expect(first('did "Page Viewed" where seconds = "5"')).toBe(
      'node where: "seconds" of "Page Viewed" is number in what was looked at of many records, never text',
    );
  });

  it('finds the same inside accounts, frequencies, life cycles and rankings', () => {
    const measure: Json = { event: { name: 'Order Completed' }, fn: 'sum', property: 'sum' };
    const where: Json = {
      all: [
        {
          frequency: {
            a: { name: 'Order Completed', where: [{ path: 'a', op: 'exists' }] },
            b: { name: 'Product Viewed', where: [{ path: 'b', op: 'exists' }] },
            op: 'gte',
            ratio: 1,
          },
        },
        {
          lifecycle: {
            state: 'new',
            event: { name: 'Order Completed', where: [{ path: 'c', op: 'eq', value: 1 }] },
            period: { n: 1, unit: 'day' },
          },
        },
        { relation: { to: 'account', quantifier: 'any', where: { trait: { path: 'plan', op: 'gt', value: 1 } } } },
      ],
    };
    const names = (json: Json): readonly string[] =>
      doubtfulConditions(parseRule({ version: 1, entity: 'profile', where: json }), seen).map(({ name }) => name);
    expect(names(where)).toEqual(['a', 'b', 'c', 'plan']);
    expect(names({ top: { by: { aggregate: measure }, n: 5 } })).toEqual(['sum']);
  });
});
