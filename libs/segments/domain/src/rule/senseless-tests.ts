import type { NumberTest } from './operand';

/** What numbers there can be at all; `unit` names them in a sentence. */
export interface NumberRange {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  readonly what: string;
}

export const COUNTS: NumberRange = { low: 0, high: Infinity, whole: true, what: 'a count' };
export const RATIOS: NumberRange = { low: 0, high: Infinity, whole: false, what: 'a ratio of counts' };
export const PROBABILITIES: NumberRange = { low: 0, high: 1, whole: false, what: 'a probability' };
export const PERCENTILES: NumberRange = { low: 0, high: 100, whole: false, what: 'a percentile' };
export const NUMBERS: NumberRange = { low: -Infinity, high: Infinity, whole: false, what: 'a number' };

/** What is wrong with a low and a high end that stand in the wrong order, and what to write. */
export function pairFault(low: number | string, high: number | string, isInverted: boolean): string | undefined {
  if (!isInverted) return undefined;
  const [a, b] = [low, high].map((end) => JSON.stringify(end));
  return `nothing lies between ${a} and ${b}; write the lower end first: ${b} and ${a}`;
}

const boundsOf = ({ low, high }: NumberRange): string =>
  high === Infinity ? `${low} or more` : `from ${low} to ${high}`;

/** What is wrong with a test that no number of a range passes, or that asks for none of them; undefined when nothing is. */
export function testFault(test: NumberTest, range: NumberRange): string | undefined {
  const { op, n, high } = test;
  const { what } = range;
  const ends = op === 'between' ? [n, high] : [n];
  const outside = ends.find((end) => end < range.low || end > range.high);
  if (outside !== undefined) return `${outside} is never ${what}; write a number ${boundsOf(range)}`;
  const broken = range.whole ? ends.find((end) => !Number.isInteger(end)) : undefined;
  if (broken !== undefined)
    return `${broken} is never ${what}; write a whole number such as ${Math.floor(broken)} or ${Math.ceil(broken)}`;
  if (op === 'between') return pairFault(n, high, n > high);
  if (op === 'lt' && n === range.low)
    return `${what} is never below ${n}; write a higher number, or "=" for ${n} itself`;
  if (op === 'gt' && n === range.high)
    return `${what} is never above ${n}; write a lower number, or "=" for ${n} itself`;
  return undefined;
}

/** Whether every number of a range passes. */
export function alwaysPasses({ op, n, high }: NumberTest, range: NumberRange): boolean {
  if (op === 'gte') return n <= range.low;
  if (op === 'lte') return n >= range.high;
  return op === 'between' && n <= range.low && high >= range.high;
}
