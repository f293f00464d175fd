/** Count, mean and spread of a stream of numbers. */
export interface MomentSummary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** n − 1 in the denominator; null below two values. */
  readonly sd: number | null;
  /** Adjusted Fisher–Pearson coefficient G1; null below three values, 0 for a constant. */
  readonly skew: number | null;
}

/**
 * Running moments with weights, mergeable: merging two equals having seen both streams, up to rounding.
 *
 * Cost    O(1) a value and in memory
 * Source  Pébay 2008, formulas for one-pass updates of central moments; held to pandas by reference/describe.golden.json
 */
export class Moments {
  private n = 0;
  private mean = 0;
  private m2 = 0;
  private m3 = 0;
  private low = Infinity;
  private high = -Infinity;

  /** Takes a value as often as its weight says. */
  add(value: number, weight: number): void {
    this.combine(weight, value, 0, 0);
    if (value < this.low) this.low = value;
    if (value > this.high) this.high = value;
  }

  merge(other: Moments): void {
    if (other.n === 0) return;
    this.combine(other.n, other.mean, other.m2, other.m3);
    this.low = Math.min(this.low, other.low);
    this.high = Math.max(this.high, other.high);
  }

  /** null when nothing was added. */
  summary(): MomentSummary | null {
    const { n, mean, m2, m3 } = this;
    if (n === 0) return null;
    const sd = n < 2 ? null : Math.sqrt(m2 / (n - 1));
    return { count: n, sum: mean * n, min: this.low, max: this.high, mean, sd, skew: skewOf(n, m2, m3) };
  }

  private combine(weight: number, mean: number, m2: number, m3: number): void {
    if (weight === 0) return;
    const n = this.n + weight;
    const delta = mean - this.mean;
    const step = (delta * weight) / n;
    const cross = delta * step * this.n;
    this.m3 += m3 + (cross * delta * (this.n - weight)) / n + (3 * delta * (this.n * m2 - weight * this.m2)) / n;
    this.m2 += m2 + cross;
    this.mean += step;
    this.n = n;
  }
}

function skewOf(n: number, m2: number, m3: number): number | null {
  if (n < 3) return null;
  const variance = m2 / n;
  // What rounding leaves of a constant column is no spread.
  if (variance <= 1e-300) return 0;
  return ((m3 / n) * Math.sqrt(n * (n - 1))) / (variance ** 1.5 * (n - 2));
}
