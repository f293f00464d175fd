/** Weighted points of a distribution, ascending by value. */
export interface WeightedPoints {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

const BUFFER = 4_096;

/**
 * A merging t-digest: at most about `compression` centroids, finer in the tails.
 *
 * Cost    O(log buffer) a value; 16 bytes a centroid and buffered point
 * Ties    equal values may share a centroid
 * Source  Dunning & Ertl 2019, "Computing extremely accurate quantiles using t-digests", scale function k1: a centroid
 *         spans at most 2π·√(q(1−q))/compression of the ranks
 */
export class TDigest {
  private values: number[] = [];
  private weights: number[] = [];
  private newValues: number[] = [];
  private newWeights: number[] = [];

  constructor(private readonly compression: number) {}

  add(value: number, weight: number): void {
    this.newValues.push(value);
    this.newWeights.push(weight);
    if (this.newValues.length >= BUFFER) this.compress();
  }

  merge(points: WeightedPoints): void {
    points.values.forEach((value, i) => this.add(value, points.weights[i] ?? 0));
  }

  points(): WeightedPoints {
    this.compress();
    return { values: this.values, weights: this.weights };
  }

  private compress(): void {
    if (this.newValues.length === 0) return;
    const values = this.values.concat(this.newValues);
    const weights = this.weights.concat(this.newWeights);
    const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.values = [];
    this.weights = [];
    this.newValues = [];
    this.newWeights = [];
    let [before, mean, held] = [0, 0, 0];
    let limit = this.endOfCentroid(0) * total;
    for (const i of order) {
      const [value, weight] = [values[i] ?? 0, weights[i] ?? 0];
      if (held > 0 && before + held + weight > limit) {
        this.values.push(mean);
        this.weights.push(held);
        before += held;
        limit = this.endOfCentroid(before / total) * total;
        [mean, held] = [0, 0];
      }
      held += weight;
      mean += ((value - mean) * weight) / held;
    }
    this.values.push(mean);
    this.weights.push(held);
  }

  /** The rank, as a share of one, up to which a centroid that begins at `q` may reach. */
  private endOfCentroid(q: number): number {
    const k = Math.asin(2 * Math.min(1, q) - 1) + (2 * Math.PI) / this.compression;
    return k >= Math.PI / 2 ? 1 : (Math.sin(k) + 1) / 2;
  }
}
