import { z } from 'zod';
import { populationStability } from '@kohort/ml-drift';

/** Shares of one at which quantiles are kept. */
export const STATISTIC_LEVELS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const;
const BINS = 10;
/** Quantiles and edges are read off at most so many values, evenly spaced among all. */
const SAMPLE = 100_000;
const TOP_TEXTS = 20;
/** A text that fewer people have says something of persons. */
const FEWEST = 5;

const count = z.number().int().nonnegative();
const numbers = z.strictObject({
  kind: z.literal('number'),
  people: count,
  missing: count,
  mean: z.number().nullable(),
  deviation: z.number().nullable(),
  /** At `STATISTIC_LEVELS`, interpolated linearly; none without values. */
  quantiles: z.array(z.number()),
  /** Upper ends of all bins but the last, rising; a value at an end belongs below it. */
  edges: z.array(z.number()),
  counts: z.array(count),
});
const texts = z.strictObject({
  kind: z.literal('text'),
  people: count,
  missing: count,
  distinct: count,
  /** The most frequent, none that fewer than five people have. */
  top: z.array(z.strictObject({ value: z.string(), people: count })),
});

/** What is kept of a trait's values at an instant: how many, how many missing, where they lie. */
export const featureStatisticsSchema = z.discriminatedUnion('kind', [numbers, texts]);
export type FeatureStatistics = z.infer<typeof featureStatisticsSchema>;
export type NumberStatistics = z.infer<typeof numbers>;

function quantile(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length - 1);
  const [low = 0, high = 0] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

function binOf(edges: readonly number[], value: number): number {
  const at = edges.findIndex((edge) => value <= edge);
  return at < 0 ? edges.length : at;
}

function momentsOf(values: ArrayLike<number>): { n: number; mean: number; deviation: number } {
  let [n, mean, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) continue;
    n += 1;
    const step = value - mean;
    mean += step / n;
    squares += step * (value - mean);
  }
  return { n, mean, deviation: Math.sqrt(squares / n) };
}

/**
 * Statistics of a trait that is a number.
 *
 * Shape   values: one a person, NaN where it is missing. `edges`: those of earlier statistics, so that the counts can be
 *         laid beside theirs; absent: about equally many of these values in each of ten bins
 * Cost    O(n), and a sort of at most 100,000
 */
export function numberStatistics(values: ArrayLike<number>, edges?: readonly number[]): NumberStatistics {
  const { n, mean, deviation } = momentsOf(values);
  const none = { kind: 'number' as const, people: values.length, missing: values.length - n };
  if (n === 0) return { ...none, mean: null, deviation: null, quantiles: [], edges: [...(edges ?? [])], counts: [] };
  const step = Math.ceil(n / SAMPLE);
  const sample: number[] = [];
  let seen = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? NaN;
    if (!Number.isNaN(value) && seen++ % step === 0) sample.push(value);
  }
  const sorted = Float64Array.from(sample).sort();
  const places = Array.from({ length: BINS - 1 }, (_, i) => Math.ceil(((i + 1) * sorted.length) / BINS) - 1);
  const own = edges ?? [...new Set(places.map((place) => sorted[place] ?? 0))];
  const counts = new Array<number>(own.length + 1).fill(0);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) continue;
    const bin = binOf(own, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const quantiles = STATISTIC_LEVELS.map((level) => quantile(sorted, level));
  return { ...none, mean, deviation, quantiles, edges: [...own], counts };
}

/** Statistics of a trait that is a text. Null: missing. */
export function textStatistics(values: readonly (string | null)[]): FeatureStatistics {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return {
    kind: 'text',
    people: values.length,
    missing: values.filter((value) => value === null).length,
    distinct: counts.size,
    top: ranked
      .filter(([, people]) => people >= FEWEST)
      .slice(0, TOP_TEXTS)
      .map(([value, people]) => ({ value, people })),
  };
}

/**
 * How far a trait's values have moved: the population stability index over the bins of the first statistics, missing ones
 * as a bin of their own. Null where the two are not of one kind, or of the same bins.
 *
 * Units   below 0.1 little, above 0.25 much, as credit scoring reads it
 */
export function statisticsDrift(first: FeatureStatistics, later: FeatureStatistics): number | null {
  if (first.kind !== 'number' || later.kind !== 'number') return null;
  const [before, after] = [first.counts, later.counts].map((counts) => (counts.length === 0 ? [0] : counts));
  if (before?.length !== after?.length || first.edges.some((edge, i) => edge !== later.edges[i])) return null;
  return populationStability([...(before ?? []), first.missing], [...(after ?? []), later.missing]);
}
