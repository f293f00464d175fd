import type { Json } from '@kohort/kernel-contracts';
import type { Decimal } from 'decimal.js';
import type { Scalar } from '../rule/operand';
import type { AggregateFunction } from '../rule/parsed-rule';
import { UNIT_MS } from '../time/duration';
import { localDayNumber } from '../time/local-time';
import { ExactDecimal, nanosToDecimal, toNanos } from '../values/decimal-sum';
import { stableJson } from '../values/stable-json';

/** One event's part in an aggregate: its time and the property, undefined when missing. In (time, id) order. */
export interface Sample {
  readonly time: number;
  readonly value: Json | undefined;
}

/**
 * An aggregate's value. A quotient is kept as one, so that comparing an average with a bound rounds nothing.
 */
export type AggregateValue =
  | { readonly kind: 'missing' }
  | { readonly kind: 'number'; readonly numerator: Decimal; readonly denominator: number }
  | { readonly kind: 'scalar'; readonly value: Scalar };

const MISSING: AggregateValue = { kind: 'missing' };
const exact = (value: number): AggregateValue => ({
  kind: 'number',
  numerator: new ExactDecimal(String(value)),
  denominator: 1,
});

const numbersOf = (samples: readonly Sample[]): number[] =>
  samples.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));

function sum(samples: readonly Sample[]): Decimal {
  return nanosToDecimal(numbersOf(samples).reduce((total, value) => total + toNanos(value), 0n));
}

function average(samples: readonly Sample[]): AggregateValue {
  const denominator = numbersOf(samples).length;
  return denominator === 0 ? MISSING : { kind: 'number', numerator: sum(samples), denominator };
}

/** Nearest rank: the smallest number with at least p percent of the numbers at or below it. */
function percentile(samples: readonly Sample[], p: number): AggregateValue {
  const sorted = numbersOf(samples).sort((a, b) => a - b);
  const rank = new ExactDecimal(String(p)).mul(sorted.length).div(100).ceil().toNumber();
  const value = sorted[Math.max(1, rank) - 1];
  return value === undefined ? MISSING : exact(value);
}

/** Least-squares slope per day of 24 h; missing unless there are numbers at two different times. */
function slope(samples: readonly Sample[]): AggregateValue {
  const points = samples.flatMap(({ time, value }) => (typeof value === 'number' ? [{ time, value }] : []));
  const [first] = points;
  if (first === undefined) return MISSING;
  const x = points.map((point) => (point.time - first.time) / UNIT_MS.day);
  const meanX = x.reduce((a, b) => a + b, 0) / points.length;
  const meanY = points.reduce((a, b) => a + b.value, 0) / points.length;
  let [above, below] = [0, 0];
  points.forEach((point, i) => {
    const dx = (x[i] ?? 0) - meanX;
    above += dx * (point.value - meanY);
    below += dx * dx;
  });
  return below === 0 ? MISSING : exact(above / below);
}

function edgeValue(samples: readonly Sample[], which: 'first' | 'last'): AggregateValue {
  const present = samples.filter(({ value }) => value !== undefined);
  const value = present.at(which === 'first' ? 0 : -1)?.value;
  if (typeof value === 'number') return exact(value);
  return typeof value === 'string' || typeof value === 'boolean' ? { kind: 'scalar', value } : MISSING;
}

function extreme(samples: readonly Sample[], better: (a: number, b: number) => boolean): AggregateValue {
  const numbers = numbersOf(samples);
  const [first] = numbers;
  return first === undefined
    ? MISSING
    : exact(numbers.reduce((best, value) => (better(value, best) ? value : best), first));
}

/**
 * Computes an aggregate over the events of a window. Missing properties are left out, and for the numeric functions so is
 * everything that is not a number.
 *
 * Shape   samples in (time, id) order; p: percentage of `percentile`; zone: in which `distinctDays` counts days
 * Units   `slope` is per day of 24 h
 * Ties    `first` and `last` go by (time, id) among the events that have the property
 */
export function aggregate(
  fn: AggregateFunction,
  samples: readonly Sample[],
  options: { p: number; zone: string },
): AggregateValue {
  switch (fn) {
    case 'sum':
      return { kind: 'number', numerator: sum(samples), denominator: 1 };
    case 'avg':
      return average(samples);
    case 'min':
      return extreme(samples, (a, b) => a < b);
    case 'max':
      return extreme(samples, (a, b) => a > b);
    case 'distinct':
      return exact(new Set(samples.flatMap(({ value }) => (value === undefined ? [] : [stableJson(value)]))).size);
    case 'distinctDays':
      return exact(new Set(samples.map(({ time }) => localDayNumber(time, options.zone))).size);
    case 'first':
    case 'last':
      return edgeValue(samples, fn);
    case 'percentile':
      return percentile(samples, options.p);
    case 'slope':
      return slope(samples);
  }
}

/** The value as JSON for a proof; a quotient to 9 decimals, half to even; a sum that a number cannot hold is a text. */
export function shownAggregate(value: AggregateValue): Json {
  if (value.kind === 'missing') return null;
  if (value.kind === 'scalar') return value.value;
  const decimal = value.numerator.div(value.denominator).toDecimalPlaces(value.denominator === 1 ? 400 : 9);
  const number = decimal.toNumber();
  return new ExactDecimal(String(number)).eq(decimal) ? number : decimal.toFixed();
}
