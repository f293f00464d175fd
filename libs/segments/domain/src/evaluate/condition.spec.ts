import type { Json } from '@kohort/kernel-contracts';
import { readOperand } from '../rule/operand';
import type { Operator } from '../rule/operators';
import { compileCondition } from './condition';

function test(
  op: Operator,
  value: Json | undefined,
  operand?: unknown,
  now = '2026-05-14T10:00:00Z',
  zone = 'UTC',
): boolean {
  const read = readOperand(op, operand);
  if ('problem' in read) throw new Error(read.reason);
  return compileCondition({ op, operand: read }, zone).test(value, Date.parse(now));
}

describe('conditions', () => {
  it('are false on a missing value, except notExists', () => {
    const operands: Partial<Record<Operator, unknown>> = {
      neq: 1,
      notIn: [1],
      notContains: 'x',
      notWithinLast: { n: 1, unit: 'day' },
      arrayNone: 'x',
      wordsNone: 'x',
    };
    for (const [op, operand] of Object.entries(operands)) expect(test(op as Operator, undefined, operand)).toBe(false);
    expect(test('notExists', undefined)).toBe(true);
  });

  it.each<[Operator, Json, unknown, boolean]>([
    ['eq', '5', 5, false],
    ['neq', '5', 5, true],
    ['eq', [1], 1, false],
    ['gt', 'b', 'a', true],
    ['gt', '10', 9, false],
    ['lt', '\uFF5E', '\u{1F600}', true],
    ['lt', 'B', 'a', true],
    ['in', 1, [1, 2], true],
    ['notIn', 'x', [1, 2], true],
    ['between', 2, [1, 2], true],
    ['between', 'x', [1, 2], false],
    ['contains', 'abc', '', true],
    ['notContains', 5, 'x', true],
    ['matches', 'a\nb', 'a.b', false],
    ['matches', 'a\nb', '(?s)a.b', true],
    ['matches', 'xay', 'a', true],
    ['isTrue', 'true', undefined, false],
    ['isFalse', false, undefined, true],
    ['arrayAny', ['a', 1], [1, 'z'], true],
    ['arrayAll', ['a', 1], [1, 'z'], false],
    ['arrayAll', ['a', 1], ['a', 1], true],
    ['arrayNone', ['a', 1], ['1'], true],
    ['arrayNone', 'a', ['b'], false],
    ['wordsAny', 'Late, LATE delivery!', 'late delivery', true],
    ['wordsAny', 'deliveries', ['delivery', 'late'], false],
    ['wordsAny', 'deliveries', 'deliver*', true],
    ['wordsAny', 'a 5 * b', '5 *', true],
    ['wordsAny', 'unlate', 'late', false],
    ['wordsAny', 'Straße ﬁne ΤΕΛΟΣ', 'STRASSE fine τελοσ', true],
    ['wordsAny', 'de\u00ADlivery ❤\uFE0F box', 'delivery box', true],
    ['wordsAny', 'café', 'cafe', false],
    ['wordsAny', '配達が遅いです', '遅い', true],
    ['wordsAny', ['late'], 'late', false],
    ['wordsAll', 'late delivery, broken box', ['box', 'late'], true],
    ['wordsAll', 'late delivery', ['late', 'box'], false],
    ['wordsNone', 'late delivery', ['box', 'early'], true],
    ['wordsNone', 'late delivery', ['box', 'LATE'], false],
    ['wordsNone', 5, 'late', false],
    ['wordsNear', 'late was the delivery', { words: ['delivery', 'late'], within: 4 }, true],
    ['wordsNear', 'late was the delivery', { words: ['delivery', 'late'], within: 3 }, false],
    ['wordsNear', 'the box was late. The new delivery', { words: ['late', 'the *', 'box'], within: 5 }, true],
    ['arraySize', [1, 2], 2, true],
    ['arraySize', [1, 2], { op: 'gt', n: 2 }, false],
    ['semver', '1.4.2', '^1.2.0', true],
    ['semver', '1.4.2-beta.1', '^1.2.0', false],
    ['semver', '1.4.2-beta.11', '>1.4.2-beta.2', true],
    ['semver', 'v1.4.2', '^1.2.0', false],
    ['cidr', '10.1.2.3', '10.0.0.0/8', true],
    ['cidr', '10.1.2.03', '10.0.0.0/8', false],
    ['cidr', '2001:db8::1', ['10.0.0.0/8', '2001:db8::/32'], true],
    ['before', '2026-05-14T12:00:00+02:00', '2026-05-14T10:00:00.001Z', true],
    ['after', '2026-05-14T00:00:00.001Z', '2026-05-14', true],
    ['geoWithin', { lat: 52.52, lon: 13.405 }, { lat: 52.5, lon: 13.4, radiusKm: 5 }, true],
    ['after', '2026-05-14T10:00:00', '2020-01-01T00:00:00Z', false],
    ['geoWithin', { lat: 52.52, lon: 13.405 }, { center: { lat: 52.5, lon: 13.4 }, radiusKm: 2.3 }, true],
    ['geoWithin', { lat: 52.52, lon: 13.405 }, { center: { lat: 52.5, lon: 13.4 }, radiusKm: 2.2 }, false],
  ])('%s of %j and %j is %p', (op, value, operand, expected) => {
    expect(test(op, value, operand)).toBe(expected);
  });

  it('reads spans with their edges: (now − d, now] back and (now, now + d] ahead', () => {
    const day = { n: 1, unit: 'day' };
    expect(test('withinLast', '2026-05-13T10:00:00.000Z', day)).toBe(false);
    expect(test('withinLast', '2026-05-13T10:00:00.001Z', day)).toBe(true);
    expect(test('withinLast', '2026-05-14T10:00:00.000Z', day)).toBe(true);
    expect(test('withinNext', '2026-05-14T10:00:00.000Z', day)).toBe(false);
    expect(test('withinNext', '2026-05-15T10:00:00.000Z', day)).toBe(true);
    expect(test('withinNext', '2026-05-15T10:00:00.001Z', day)).toBe(false);
    // A bare date is the start of that day in the rule's zone: 13 May 22:00 UTC in Berlin.
    expect(test('before', '2026-05-14', '2026-05-13T22:00:00.001Z', undefined, 'Europe/Berlin')).toBe(true);
    expect(test('before', '2026-05-14', '2026-05-13T22:00:00.000Z', undefined, 'Europe/Berlin')).toBe(false);
  });

  it('knows anniversaries by the local date, leaplings on 28 February', () => {
    expect(test('anniversary', '1990-05-14', undefined, '2026-05-13T22:00:00Z', 'Europe/Berlin')).toBe(true);
    expect(test('anniversary', '1990-05-14', undefined, '2026-05-13T21:59:59Z', 'Europe/Berlin')).toBe(false);
    expect(test('anniversary', '2000-02-29', undefined, '2026-02-28T12:00:00Z')).toBe(true);
    expect(test('anniversary', '2000-02-29', undefined, '2028-02-28T12:00:00Z')).toBe(false);
    expect(test('anniversary', '1990-01-02', { n: 7, unit: 'day' }, '2026-12-30T12:00:00Z')).toBe(true);
  });
});
