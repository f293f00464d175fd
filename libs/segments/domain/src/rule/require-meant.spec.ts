import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { idleConditions, parseRule, readRuleText, requireMeant } from '../index';

const ruleOf = (where: Json | string) =>
  parseRule(typeof where === 'string' ? readRuleText(where) : { version: 1, entity: 'profile', where });

function refusal(where: Json | string): string {
  const rule = ruleOf(where);
  try {
    requireMeant(rule);
    return 'taken';
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return thrown.message;
  }
}

const told = (where: Json | string) => idleConditions(ruleOf(where)).map(({ node, kind }) => [node, kind]);

describe('rules that cannot be meant', () => {
  it.each([
    ['did "A" in last 0 days', 'window.last: nothing lies in 0 days; write a length of at least 1 day'],
    ['did "A" within first 0 hours', 'window.withinFirst: nothing lies in 0 hours'],
    ['did "A" at least -1 times', 'count: -1 is never a count; write a number 0 or more'],
    ['did "A" at least 1.5 times', 'count: 1.5 is never a count; write a whole number such as 1 or 2'],
    ['did "A" fewer than 0 times', 'count: a count is never below 0'],
    ['did "A" between 5 and 2 times', 'count: nothing lies between 5 and 2; write the lower end first: 2 and 5'],
    ['age between 50 and 20', 'age: nothing lies between 50 and 20; write the lower end first: 20 and 50'],
    ['name between "z" and "a"', 'write the lower end first: "a" and "z"'],
    ['did "A" where total between 50 and 20', 'total: nothing lies between 50 and 20'],
    ['seen within last 0 days', 'seen: nothing lies within 0 days'],
    ['seen not within last 0 days', 'seen: nothing lies within 0 days'],
    ['seen within next 0 calendar months', 'within 0 calendar months; write a length of at least 1 month'],
    ['tags has size -1', 'taken'],
    ['tags has size < 0', 'tags: arraySize: a count is never below 0'],
    ['at least 3 of (a exists, b exists)', '3 of 2 conditions never hold; write a number of at most 2'],
    ['sum of total over "A" between 9 and 1', 'value: nothing lies between 9 and 1'],
    ['distinct of total over "A" > 1.5', 'value: 1.5 is never a count'],
    ['prediction "m" probability > 90', 'value: 90 is never a probability; write a number from 0 to 1'],
    ['prediction "m" percentile > 100', 'value: a percentile is never above 100'],
    ['relation to account count at least 2.5 times (a exists)', 'count: 2.5 is never a count'],
  ])('%s', (text, reason) => {
    if (reason === 'taken') return expect(() => ruleOf(text)).toThrow('arraySize');
    const said = refusal(text);
    expect(said).toMatch(/^node where: /);
    expect(said).toContain(reason);
  });

  const between = (from: Json, to: Json): Json => ({ event: { name: 'A', window: { between: { from, to } } } });
  const days = (n: number, unit = 'day') => ({ n, unit });
  const calendar = (n: number, unit: string) => ({ n, unit, calendar: true });

  it.each<[Json, string]>([
    [between(days(5), days(10)), 'nothing lies between 5 days and 10 days ago'],
    [between(days(5), days(5)), 'two lengths that differ'],
    [between(days(24, 'hour'), days(1)), 'window.between'],
    [between(calendar(1, 'month'), calendar(1, 'quarter')), 'window.between'],
    [between(calendar(1, 'month'), days(31)), 'window.between'],
    [between(calendar(2, 'day'), calendar(1, 'week')), 'window.between'],
    [
      { event: { window: { absolute: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } } } },
      'an instant and itself',
    ],
    [{ lifecycle: { state: 'new', event: {}, period: days(0) } }, 'period: nothing lies in 0 days'],
    [{ frequency: { a: {}, b: {}, op: 'gte', ratio: -1 } }, 'ratio: -1 is never a ratio of counts'],
    [{ frequency: { a: {}, b: {}, op: 'gte', ratio: 1, window: { last: days(0) } } }, 'window.last'],
    [{ top: { by: { aggregate: { event: {}, fn: 'distinctDays', window: { last: days(0) } } }, n: 5 } }, 'window.last'],
    [{ sequence: { steps: [{ event: {} }, { event: {}, gap: { min: days(2), max: days(1) } }] } }, 'steps.1.gap'],
    [
      { sequence: { steps: [{ as: 'a', event: {} }], without: [{ event: {}, after: 'a', within: days(0) }] } },
      'without.0.within',
    ],
  ])('%j', (where, reason) => {
    expect(refusal(where)).toContain(reason);
  });

  it.each<Json | string>([
    between(days(10), days(5)),
    between(days(10), days(0)),
    between(calendar(1, 'month'), days(30)),
    between(days(30), calendar(1, 'month')),
    'did "A" exactly 0 times and did "A" at least 0 times and not (did "A" in last 1 day)',
    'age between 20 and 20 and born has anniversary and sum of total over "A" between -5 and -1',
    'at least 2 of (a exists, b exists) and prediction "m" probability >= 0.5 and ratio >= 0',
    { any: [] },
  ])('%j is taken', (where) => {
    expect(typeof where === 'string' && where.includes('ratio') ? 'taken' : refusal(where)).toBe('taken');
  });

  it('name the node by its id', () => {
    const where: Json = {
      all: [{ all: [] }, { any: [{ id: 'n7', event: { name: 'A', window: { last: days(0) } } }] }],
    };
    expect(refusal(where)).toMatch(/^node n7: /);
  });
});

describe('conditions that ask nothing', () => {
  it('are told of, for everybody and for nobody', () => {
    expect(told('did "A" at least 0 times')).toEqual([['where', 'always']]);
    expect(told('a exists and (did "A" at least 0 times or distinct of x over "A" >= 0)')).toEqual([
      ['where.all.1.any.0', 'always'],
      ['where.all.1.any.1', 'always'],
    ]);
    expect(
      told({ all: [{ any: [] }, { all: [] }, { none: [] }, { bucket: { salt: 's', from: 0, to: 9999 } }] }),
    ).toEqual([
      ['where.all.0', 'never'],
      ['where.all.1', 'always'],
      ['where.all.2', 'always'],
      ['where.all.3', 'always'],
    ]);
    expect(told('at least 0 of (a exists)')).toEqual([['where', 'always']]);
    expect(told('relation to account count at least 0 times (a exists)')).toEqual([['where', 'always']]);
  });

  it('are not those that depend, nor a rule that is everybody on purpose', () => {
    expect(told({ all: [] })).toEqual([]);
    expect(told({ any: [] })).toEqual([]);
    expect(told('did "A" and did "A" exactly 0 times and tags has size >= 0 and sum of x over "A" >= 0')).toEqual([]);
    expect(told({ bucket: { salt: 's', from: 0, to: 9998 } })).toEqual([]);
  });
});
