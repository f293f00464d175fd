import { TDigest, type WeightedPoints } from './t-digest';

/** Different values up to which a column's distribution is kept exactly. */
export const EXACT_VALUES = 4_096;
/** Beyond them: a rank is off by at most 2π·√(q(1−q))/500 of the rows: 0.63 % in the middle, 0.13 % at the 1st percentile. */
export const COMPRESSION = 500;

/** The distribution of a column, small enough to be kept: read by `quantileOf` and `shareBelow`. */
export interface Distribution extends WeightedPoints {
  /** The points are the values themselves with their row counts, not centroids. */
  readonly exact: boolean;
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Quantiles of a stream: exact while it has at most 4,096 different values, a t-digest after that. Mergeable.
 *
 * Cost  bounded: 4,096 values, or 500 centroids and their buffer
 */
export class QuantileSketch {
  private counts: Map<number, number> | null = new Map();
  private digest: TDigest | null = null;
  private count = 0;
  private min = Infinity;
  private max = -Infinity;

  add(value: number, weight: number): void {
    this.count += weight;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (!this.counts) {
      this.digest?.add(value, weight);
      return;
    }
    this.counts.set(value, (this.counts.get(value) ?? 0) + weight);
    if (this.counts.size > EXACT_VALUES) this.toDigest(this.counts);
  }

  merge(other: QuantileSketch): void {
    const { values, weights } = other.points();
    const [min, max] = [Math.min(this.min, other.min), Math.max(this.max, other.max)];
    // Centroids are no values: an exact sketch that takes them is exact no more.
    if (!other.counts && this.counts) this.toDigest(this.counts);
    values.forEach((value, i) => this.add(value, weights[i] ?? 0));
    [this.min, this.max] = [min, max];
  }

  /** null when nothing was added. */
  distribution(): Distribution | null {
    if (this.count === 0) return null;
    return { ...this.points(), exact: this.counts !== null, count: this.count, min: this.min, max: this.max };
  }

  private points(): WeightedPoints {
    if (!this.counts) return this.digest?.points() ?? { values: [], weights: [] };
    const sorted = [...this.counts].sort(([a], [b]) => a - b);
    return { values: sorted.map(([value]) => value), weights: sorted.map(([, weight]) => weight) };
  }

  private toDigest(counts: Map<number, number>): void {
    this.digest = new TDigest(COMPRESSION);
    for (const [value, weight] of counts) this.digest.add(value, weight);
    this.counts = null;
  }
}

/** Value of the row of a rank (0 … count − 1) in an exact distribution. */
function valueAtRank({ values, weights, max }: Distribution, rank: number): number {
  let seen = 0;
  for (let i = 0; i < values.length; i += 1) {
    seen += weights[i] ?? 0;
    if (rank < seen) return values[i] ?? max;
  }
  return max;
}

/**
 * A quantile.
 *
 * Units   q: share of one
 * Ties    exact distributions: linear between the two neighbouring rows (Hyndman & Fan's type 7, NumPy's default);
 *         centroids: linear between the middles of their ranks
 */
export function quantileOf(distribution: Distribution, q: number): number {
  const { values, weights, count, min, max, exact } = distribution;
  const rank = Math.min(1, Math.max(0, q)) * (count - 1);
  if (exact) {
    const floor = Math.floor(rank);
    const low = valueAtRank(distribution, floor);
    return rank === floor ? low : low + (valueAtRank(distribution, floor + 1) - low) * (rank - floor);
  }
  const target = rank + 0.5;
  let [fromRank, fromValue, seen] = [0, min, 0];
  for (let i = 0; i < values.length; i += 1) {
    const [value, weight] = [values[i] ?? 0, weights[i] ?? 0];
    const middle = seen + weight / 2;
    if (target <= middle) return between(target, fromRank, middle, fromValue, value);
    [fromRank, fromValue] = [middle, value];
    seen += weight;
  }
  return between(target, fromRank, count, fromValue, max);
}

function between(at: number, from: number, to: number, low: number, high: number): number {
  return to <= from ? high : low + ((high - low) * (at - from)) / (to - from);
}

/**
 * Share of the rows at or below a value (`inclusive`), or below it.
 *
 * Units  share of one
 */
export function shareBelow(distribution: Distribution, value: number, inclusive: boolean): number {
  const { values, weights, count, min, max, exact } = distribution;
  if (value < min || (value === min && !inclusive)) return 0;
  if (value > max || (value === max && inclusive)) return 1;
  let seen = 0;
  if (exact) {
    for (let i = 0; i < values.length; i += 1) {
      const at = values[i] ?? 0;
      if (at > value || (at === value && !inclusive)) break;
      seen += weights[i] ?? 0;
    }
    return seen / count;
  }
  let [fromValue, fromRank] = [min, 0];
  for (let i = 0; i < values.length; i += 1) {
    const [at, weight] = [values[i] ?? 0, weights[i] ?? 0];
    const middle = seen + weight / 2;
    if (value <= at) return between(value, fromValue, at, fromRank, middle) / count;
    [fromValue, fromRank] = [at, middle];
    seen += weight;
  }
  return between(value, fromValue, max, fromRank, count) / count;
}
