import { Decimal } from 'decimal.js';
import { DAY_MS, letSql, meanOf, orMissing, sumOf, varianceOf, varianceSql, type Aggregate } from './aggregate';
import type { AGGREGATES_OF_NUMBERS } from './event-formula';
import type { Sample } from './event-samples';

/** Wide enough for any sum of numbers below the limit. */
const Exact = Decimal.clone({ precision: 100, rounding: Decimal.ROUND_HALF_EVEN });
const PLACES = 9;
/** What the statement's decimals hold before the point; a number as large is left out of sums. */
const LIMIT = 1e35;

const numbersOf = (samples: readonly Sample[]): readonly number[] => samples.map((sample) => sample.number ?? 0);
const ascending = (samples: readonly Sample[]): readonly number[] => [...numbersOf(samples)].sort((a, b) => a - b);

/** The sum of the numbers' shortest texts, each to 9 decimals, half to even: their order never matters. */
function exactSum(samples: readonly Sample[]): number {
  return numbersOf(samples)
    .filter((number) => Math.abs(number) < LIMIT)
    .reduce((sum, number) => sum.plus(new Exact(String(number)).toDecimalPlaces(PLACES)), new Exact(0))
    .toNumber();
}

/** A number as the decimal that sums are made of. */
export const decimalSql = (number: string): string =>
  `roundBankers(toDecimal256OrZero(if(abs(${number}) < ${LIMIT}, toString(${number}), '0'), 40), ${PLACES})`;
/** A sum of such decimals as the nearest double. */
export const sumSql = (decimal: string): string => `toFloat64(toString(${decimal}))`;
const summed = (rows: string): string => sumSql(`arraySum(v_ -> ${decimalSql('v_')}, ${rows})`);

/** Place, from 0, of the nearest rank: the first number with at least p percent of all at or below it. */
const rankOf = (n: number, p: number): number => Math.max(1, Math.ceil((n * Math.round(p * 10)) / 1000)) - 1;

function slope(samples: readonly Sample[]): number | null {
  const x = samples.map(({ time }) => (time - (samples[0]?.time ?? 0)) / DAY_MS);
  const [meanX, meanY] = [meanOf(x), meanOf(numbersOf(samples))];
  const below = sumOf(x.map((one) => (one - meanX) ** 2));
  if (samples.length === 0 || below === 0) return null;
  return sumOf(numbersOf(samples).map((y, i) => ((x[i] ?? 0) - meanX) * (y - meanY))) / below;
}

function slopeSql(rows: string): string {
  const x = `((r_.1 - ${rows}[1].1) / ${DAY_MS} - mx_)`;
  const means = [`arrayAvg(r_ -> (r_.1 - ${rows}[1].1) / ${DAY_MS}, ${rows})`, `arrayAvg(r_ -> r_.2, ${rows})`];
  const body = `arraySum(r_ -> ${x} * (r_.2 - my_), ${rows}) / arraySum(r_ -> ${x} * ${x}, ${rows})`;
  const slopes = `arrayMap((mx_, my_) -> ${body}, [${means[0]}], [${means[1]}])[1]`;
  return `if(empty(${rows}) OR ${rows}[1].1 = ${rows}[-1].1, nan, ${slopes})`;
}

const median = (numbers: readonly number[]): number | null => {
  const [low, high] = [numbers[(numbers.length - 1) >> 1], numbers[numbers.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
};

/**
 * Aggregates of a property's numbers. Over no numbers a sum is 0 and every other one missing.
 *
 * Units   `variance` and `deviation` divide by n; `slope` is least squares per day of 24 h, missing at one instant only;
 *         `percentile` is nearest rank, `median` the mean of the middle two
 */
export const numberAggregates: Readonly<Record<(typeof AGGREGATES_OF_NUMBERS)[number], Aggregate>> = {
  sum: { shape: 'number', value: exactSum, sql: summed },
  mean: {
    shape: 'number',
    value: (samples) => (samples.length === 0 ? null : exactSum(samples) / samples.length),
    sql: (rows) => orMissing(rows, `${summed(rows)} / length(${rows})`),
  },
  min: {
    shape: 'number',
    value: (samples) => ascending(samples)[0] ?? null,
    sql: (rows) => orMissing(rows, `${rows}[1]`),
  },
  max: {
    shape: 'number',
    value: (samples) => ascending(samples).at(-1) ?? null,
    sql: (rows) => orMissing(rows, `${rows}[-1]`),
  },
  median: {
    shape: 'number',
    value: (samples) => median(ascending(samples)),
    sql: (rows) =>
      orMissing(rows, `(${rows}[intDiv(length(${rows}) + 1, 2)] + ${rows}[intDiv(length(${rows}), 2) + 1]) / 2`),
  },
  percentile: {
    shape: 'number',
    value: (samples, { formula }) => ascending(samples)[rankOf(samples.length, formula.p ?? 50)] ?? null,
    sql: (rows, { formula }) => {
      const tenths = Math.round((formula.p ?? 50) * 10);
      return orMissing(rows, `${rows}[greatest(1, intDiv(length(${rows}) * ${tenths} + 999, 1000))]`);
    },
  },
  variance: {
    shape: 'number',
    value: (samples) => (samples.length < 2 ? null : varianceOf(numbersOf(samples))),
    sql: (rows) => `if(length(${rows}) < 2, nan, ${varianceSql(rows)})`,
  },
  deviation: {
    shape: 'number',
    value: (samples) => (samples.length < 2 ? null : Math.sqrt(varianceOf(numbersOf(samples)))),
    sql: (rows) => `if(length(${rows}) < 2, nan, sqrt(${varianceSql(rows)}))`,
  },
  slope: { shape: 'moving', value: slope, sql: slopeSql },
};

/** Each event, or each of its numbers, at half its worth with every half-life that has passed. Over none it is 0. */
export const decayed: { readonly ofEvents: Aggregate; readonly ofNumbers: Aggregate } = {
  ofEvents: {
    shape: 'time',
    value: (samples, { asOf, formula }) =>
      sumOf(samples.map(({ time }) => 2 ** ((time - asOf) / (DAY_MS * (formula.halfLifeDays ?? 1))))),
    sql: (rows, { asOf, formula, parameters }) =>
      `arraySum(t_ -> exp2((t_ - ${asOf}) / ${parameters.number(DAY_MS * (formula.halfLifeDays ?? 1))}), ${rows})`,
  },
  ofNumbers: {
    shape: 'moving',
    value: (samples, { asOf, formula }) =>
      sumOf(
        samples.map(
          ({ time, number }) => (number ?? 0) * 2 ** ((time - asOf) / (DAY_MS * (formula.halfLifeDays ?? 1))),
        ),
      ),
    sql: (rows, { asOf, formula, parameters }) =>
      letSql(
        'life_',
        parameters.number(DAY_MS * (formula.halfLifeDays ?? 1)),
        `arraySum(r_ -> r_.2 * exp2((r_.1 - ${asOf}) / life_), ${rows})`,
      ),
  },
};
