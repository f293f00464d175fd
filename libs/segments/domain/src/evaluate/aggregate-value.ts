import type { Json } from '@kohort/kernel-contracts';
import type { Scalar } from '../rule/operand';
import type { AggregateFunction } from '../rule/parsed-rule';
import { UNIT_MS } from '../time/duration';
import { localDayNumber } from '../time/local-time';
import { ExactDecimal, nanosToDecimal, SUM_DECIMALS, toNanos } from '../values/decimal-sum';
import { stableJson } from '../values/stable-json';

/** One event's part in an aggregate: its time and the property, undefined when missing. In (time, id) order. */
export interface Sample {
  readonly time: number;
  readonly value: Json | undefined;
}

/** The samples `start ≤ i < end` of a series. */
interface Slice {
  readonly start: number;
  readonly end: number;
}

/**
 * An aggregate's value. A sum is kept in 10⁻⁹ and an average as a quotient of one, so that comparing them rounds nothing.
 */
export type AggregateValue =
  | { readonly kind: 'missing' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'quotient'; readonly nanos: bigint; readonly divisor: number }
  | { readonly kind: 'scalar'; readonly value: Scalar };

const MISSING: AggregateValue = { kind: 'missing' };
const exact = (value: number): AggregateValue => ({ kind: 'number', value });

/** Nearest rank: the smallest number with at least p percent of the numbers at or below it. */
function percentile(numbers: readonly number[], p: number): AggregateValue {
  const sorted = [...numbers].sort((a, b) => a - b);
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

function extreme(numbers: readonly number[], better: (a: number, b: number) => boolean): AggregateValue {
  const [first] = numbers;
  return first === undefined
    ? MISSING
    : exact(numbers.reduce((best, value) => (better(value, best) ? value : best), first));
}

function edgeValue(samples: readonly Sample[], which: 'first' | 'last'): AggregateValue {
  const isPresent = ({ value }: Sample): boolean => value !== undefined;
  const value = (which === 'first' ? samples.find(isPresent) : samples.findLast(isPresent))?.value;
  if (typeof value === 'number') return exact(value);
  return typeof value === 'string' || typeof value === 'boolean' ? { kind: 'scalar', value } : MISSING;
}

/**
 * The samples of one selection, of which windows take slices as time goes by. Missing properties are left out, and for
 * the numeric functions so is everything that is not a number.
 *
 * Units   `slope` is per day of 24 h
 * Ties    `first` and `last` go by (time, id) among the events that have the property
 * Cost    `sum` and `avg` O(1) a slice after O(n) once; the others O(slice)
 */
export class AggregateSeries {
  /** Sums and counts of the numbers before each sample. */
  private sums: readonly bigint[] | null = null;
  private counts: readonly number[] = [];
  private keys: readonly (string | number | undefined)[] | null = null;

  constructor(
    private readonly samples: readonly Sample[],
    private readonly zone: string,
  ) {}

  /** The aggregate over a slice; `p` is the percentage of `percentile`. */
  value(fn: AggregateFunction, slice: Slice, p: number): AggregateValue {
    const some = (): readonly Sample[] => this.samples.slice(slice.start, slice.end);
    const numbers = (): number[] => some().flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
    switch (fn) {
      case 'sum':
        return { kind: 'quotient', nanos: this.sum(slice).total, divisor: 1 };
      case 'avg': {
        const { total, count } = this.sum(slice);
        return count === 0 ? MISSING : { kind: 'quotient', nanos: total, divisor: count };
      }
      case 'min':
        return extreme(numbers(), (a, b) => a < b);
      case 'max':
        return extreme(numbers(), (a, b) => a > b);
      case 'distinct':
        return this.distinct(slice, ({ value }) => (value === undefined ? undefined : stableJson(value)));
      case 'distinctDays':
        return this.distinct(slice, ({ time }) => localDayNumber(time, this.zone));
      case 'first':
      case 'last':
        return edgeValue(some(), fn);
      case 'percentile':
        return percentile(numbers(), p);
      case 'slope':
        return slope(some());
    }
  }

  private sum({ start, end }: Slice): { total: bigint; count: number } {
    if (this.sums === null) {
      const [sums, counts] = [[0n], [0]];
      let [total, count] = [0n, 0];
      for (const { value } of this.samples) {
        if (typeof value === 'number') {
          total += toNanos(value);
          count += 1;
        }
        sums.push(total);
        counts.push(count);
      }
      this.sums = sums;
      this.counts = counts;
    }
    const total = (this.sums[end] ?? 0n) - (this.sums[start] ?? 0n);
    return { total, count: (this.counts[end] ?? 0) - (this.counts[start] ?? 0) };
  }

  private distinct({ start, end }: Slice, keyOf: (sample: Sample) => string | number | undefined): AggregateValue {
    this.keys ??= this.samples.map(keyOf);
    const found = new Set(this.keys.slice(start, end));
    found.delete(undefined);
    return exact(found.size);
  }
}

/** The value as JSON for a proof; a quotient to 9 decimals, half to even; a sum that a number cannot hold is a text. */
export function shownAggregate(value: AggregateValue): Json {
  if (value.kind === 'missing') return null;
  if (value.kind === 'scalar') return value.value;
  // There is one zero.
  if (value.kind === 'number') return value.value === 0 ? 0 : value.value;
  const decimal = nanosToDecimal(value.nanos).div(value.divisor).toDecimalPlaces(SUM_DECIMALS);
  const number = decimal.toNumber();
  return new ExactDecimal(String(number)).eq(decimal) ? number : decimal.toFixed();
}
