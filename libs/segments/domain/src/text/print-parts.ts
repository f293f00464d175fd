import type { Duration } from '../time/duration';
import type { Operator } from '../rule/operators';
import type { NumberTest } from '../rule/operand';
import { SIGN_OF, writePath } from './words';

/** A comparison as JSON has it. */
export interface WrittenCondition {
  readonly path: string;
  readonly op: Operator;
  readonly value?: unknown;
  readonly ref?: string | undefined;
}

/** Which events, as JSON has it. */
export interface WrittenSelection {
  readonly name?: string | readonly string[] | undefined;
  readonly where?: readonly WrittenCondition[] | undefined;
}

/** A window as JSON has it. */
export interface WrittenWindow {
  readonly last?: Duration | undefined;
  readonly between?: { readonly from: Duration; readonly to: Duration } | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly absolute?: { readonly from: string; readonly to: string } | undefined;
  readonly session?: { readonly gap: Duration } | undefined;
  readonly withinFirst?: Duration | undefined;
}

/** A text as it is written: in quotes, on one line. */
export const quote = (text: string): string => JSON.stringify(text);
const literal = (value: unknown): string => JSON.stringify(value);
const list = (values: unknown): string => `(${[values].flat().map(literal).join(', ')})`;
const oneOrList = (values: unknown): string => (Array.isArray(values) ? list(values) : literal(values));

/** `30 days`, `1 calendar month`. */
export function printDuration({ n, unit, calendar }: Duration): string {
  // `calendar: false` says what goes without saying.
  return `${n} ${calendar === true ? 'calendar ' : ''}${unit}${n === 1 ? '' : 's'}`;
}

/** `>= 3`, `between 1 and 2`. */
export function printTest(op: NumberTest['op'], n: unknown): string {
  if (op !== 'between') return `${SIGN_OF[op]} ${literal(n)}`;
  const [low, high] = [n].flat();
  return `between ${literal(low)} and ${literal(high)}`;
}

/** `at least 2 times`. */
export function printCount(op: NumberTest['op'], n: unknown): string {
  if (op === 'between') {
    const [low, high] = [n].flat();
    return `between ${literal(low)} and ${literal(high)} times`;
  }
  const words = { gte: 'at least', lte: 'at most', eq: 'exactly', gt: 'more than', lt: 'fewer than', neq: 'not' }[op];
  return `${words} ${literal(n)} ${n === 1 ? 'time' : 'times'}`;
}

/** A window with the space before it; nothing for all time. */
export function printWindow(window: WrittenWindow | undefined): string {
  if (!window) return '';
  if (window.last) return ` in last ${printDuration(window.last)}`;
  if (window.between) {
    return ` between ${printDuration(window.between.from)} and ${printDuration(window.between.to)} ago`;
  }
  if (window.since !== undefined) return ` since ${quote(window.since)}`;
  if (window.before !== undefined) return ` before ${quote(window.before)}`;
  if (window.absolute) return ` from ${quote(window.absolute.from)} to ${quote(window.absolute.to)}`;
  if (window.session) return ` in session with gap ${printDuration(window.session.gap)}`;
  if (window.withinFirst) return ` within first ${printDuration(window.withinFirst)}`;
  return '';
}

type Printer = (value: unknown) => string;

/** How the operand of each operator that is not a plain sign is written behind the path. */
const COMPARISONS: Readonly<Partial<Record<Operator, Printer>>> = {
  exists: () => 'exists',
  notExists: () => 'not exists',
  isTrue: () => 'is true',
  isFalse: () => 'is false',
  in: (value) => `in ${list(value)}`,
  notIn: (value) => `not in ${list(value)}`,
  between: (value) => printTest('between', value),
  contains: (value) => `contains ${literal(value)}`,
  notContains: (value) => `not contains ${literal(value)}`,
  startsWith: (value) => `starts with ${literal(value)}`,
  endsWith: (value) => `ends with ${literal(value)}`,
  matches: (value) => `matches ${literal(value)}`,
  before: (value) => `before ${literal(value)}`,
  after: (value) => `after ${literal(value)}`,
  withinLast: (value) => `within last ${printDuration(value as Duration)}`,
  notWithinLast: (value) => `not within last ${printDuration(value as Duration)}`,
  withinNext: (value) => `within next ${printDuration(value as Duration)}`,
  anniversary: (value) =>
    value === undefined ? 'has anniversary' : `has anniversary in ${printDuration(value as Duration)}`,
  arrayAny: (value) => `has any of ${oneOrList(value)}`,
  arrayAll: (value) => `has all of ${oneOrList(value)}`,
  arrayNone: (value) => `has none of ${oneOrList(value)}`,
  arraySize: (value) => {
    if (typeof value === 'number') return `has size ${literal(value)}`;
    const { op, n } = value as { op: NumberTest['op']; n: unknown };
    return `has size ${printTest(op, n)}`;
  },
  wordsAny: (value) => `says any of ${oneOrList(value)}`,
  wordsAll: (value) => `says all of ${oneOrList(value)}`,
  wordsNone: (value) => `says none of ${oneOrList(value)}`,
  wordsNear: (value) => {
    const { words, within } = value as { words: unknown; within: number };
    return `says ${list(words)} within ${literal(within)} words`;
  },
  semver: (value) => `semver ${literal(value)}`,
  cidr: (value) => `in network ${oneOrList(value)}`,
  geoWithin: (value) => {
    const { center, radiusKm } = value as { center: { lat: number; lon: number }; radiusKm: number };
    return `within ${literal(radiusKm)} km of (${literal(center.lat)}, ${literal(center.lon)})`;
  },
};

/** Operators that have words, and those that have a sign, before a `ref`. */
const REF_WORDS: Readonly<Partial<Record<Operator, string>>> = {
  contains: 'contains',
  notContains: 'not contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
  before: 'before',
  after: 'after',
};

/** `total > 50`, `product_id = v.product_id`, `tags has any of ("a", "b")`. */
export function printCondition({ path, op, value, ref }: WrittenCondition): string {
  const sign = op in SIGN_OF ? SIGN_OF[op as keyof typeof SIGN_OF] : undefined;
  if (ref !== undefined) return `${writePath(path)} ${sign ?? REF_WORDS[op] ?? op} ${writePath(ref)}`;
  return `${writePath(path)} ${sign === undefined ? (COMPARISONS[op]?.(value) ?? op) : `${sign} ${literal(value)}`}`;
}

/** Which events by name. */
export function printNames({ name }: WrittenSelection): string {
  if (name === undefined) return 'anything';
  return typeof name === 'string' ? quote(name) : `any of ${list(name)}`;
}

/** The conditions on events; in brackets unless there is one and nothing may follow it. */
export function printWhere({ where }: WrittenSelection, isLast = false): string {
  if (where === undefined) return '';
  const printed = where.map(printCondition);
  return isLast && printed.length === 1 ? ` where ${printed.join('')}` : ` where (${printed.join(', ')})`;
}

/** Names and conditions. */
export const printSelection = (selection: WrittenSelection): string => printNames(selection) + printWhere(selection);
