import { Extremes } from './extremes';
import { Moments } from './moments';
import { QuantileSketch } from './quantile-sketch';
import { CountedLines } from './line-sample';

/** All that is kept of a stream of numbers (or of instants as epoch milliseconds). Mergeable. */
export class NumberSketch {
  readonly moments = new Moments();
  readonly quantiles = new QuantileSketch();
  readonly extremes = new Extremes();
  zeros = 0;
  negatives = 0;
  /** Values that may stand for "missing": kept apart until all others are known. */
  readonly suspects = new Map<number, CountedLines>();

  constructor(private readonly sentinels: ReadonlySet<number>) {}

  add(value: number, rows: number, lines: readonly number[]): void {
    if (this.sentinels.has(value)) {
      const known = this.suspects.get(value) ?? new CountedLines();
      known.add(rows, lines);
      this.suspects.set(value, known);
      return;
    }
    this.take(value, rows, lines);
  }

  /** Takes a value without suspicion. */
  take(value: number, rows: number, lines: readonly number[]): void {
    this.moments.add(value, rows);
    this.quantiles.add(value, rows);
    this.extremes.add(value, lines);
    if (value === 0) this.zeros += rows;
    else if (value < 0) this.negatives += rows;
  }

  merge(other: NumberSketch): void {
    this.moments.merge(other.moments);
    this.quantiles.merge(other.quantiles);
    this.extremes.merge(other.extremes);
    this.zeros += other.zeros;
    this.negatives += other.negatives;
    for (const [value, counted] of other.suspects) {
      const known = this.suspects.get(value) ?? new CountedLines();
      known.merge(counted);
      this.suspects.set(value, known);
    }
  }
}
