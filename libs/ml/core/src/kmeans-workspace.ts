import { arenaBytes } from './pool/arena';
import type { KernelJob, KernelPool } from './pool/kernel-pool';
import type { Matrix } from './matrix';
import { shardsFor, type Shards } from './shards';

/** Candidates that one pass of k-means++ weighs. */
export const TRIAL_LANES = 8;
/** A row's label before its first assignment. */
export const NO_LABEL = 0xffff;

function sum(values: Float64Array | Uint32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i] as number;
  return total;
}

/** Clusters' sums and sizes; kept up to date from changed rows only. */
export interface ClusterSums {
  /** k × d sums of the rows in each cluster, relative to the origin. */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * The arena of one k-means computation: rows minus an origin in float32, centroids, labels, and the kernels over them.
 * Everything here is relative to the origin, which keeps float32 exact where data lie far from zero.
 */
export class KmeansWorkspace {
  readonly rows: Float32Array;
  readonly labels: Uint16Array;
  private readonly shards: Shards;
  private readonly job: KernelJob;
  private readonly closest: Float32Array;
  private readonly transposed: Float32Array;
  private readonly halfNorms: Float32Array;
  private readonly exact: Float64Array;
  private readonly candidates: Float32Array;
  private readonly chosen: Float32Array;
  private readonly shardSums: Float64Array;
  private readonly shardCounts: Uint32Array;
  private readonly shardChanged: Uint32Array;
  private readonly shardPots: Float64Array;

  /** Throws ML_TOO_LARGE, ML_POOL_BUSY, ML_CANCELLED as KernelPool.openJob does. Call `release` when done. */
  constructor(
    pool: KernelPool,
    private readonly matrix: Matrix,
    readonly k: number,
    use: 'fit' | 'assign',
  ) {
    const { rows: n, cols: d } = matrix;
    const kp = Math.ceil(k / 8) * 8;
    this.shards = shardsFor(n);
    const s = this.shards.count;
    const closest = use === 'fit' ? n : 0;
    const sizes = [n * d * 4, n * 2, closest * 4, d * kp * 4, kp * 4, k * d * 8, d * 32, d * 4];
    this.job = pool.openJob(arenaBytes([...sizes, s * k * d * 8, s * k * 4, s * 4, s * 64]), `k-means of ${n} × ${d}`);
    const { arena } = this.job;
    this.rows = arena.f32(n * d);
    this.labels = arena.u16(n);
    this.closest = arena.f32(closest);
    this.transposed = arena.f32(d * kp);
    this.halfNorms = arena.f32(kp);
    this.exact = arena.f64(k * d);
    this.candidates = arena.f32(d * TRIAL_LANES);
    this.chosen = arena.f32(d);
    this.shardSums = arena.f64(s * k * d);
    this.shardCounts = arena.u32(s * k);
    this.shardChanged = arena.u32(s);
    this.shardPots = arena.f64(s * TRIAL_LANES);
  }

  release(): void {
    this.job.release();
  }

  /**
   * Copies the matrix into the arena as it is.
   *
   * Shape   returns the sum of every column; NaN or ±Infinity where the column holds one
   */
  copyRows(): Float64Array {
    const { matrix, rows, shards, shardSums } = this;
    rows.set(matrix.data);
    const words = [rows.byteOffset, matrix.rows, matrix.cols, shards.rows, shardSums.byteOffset];
    this.job.run('columnSums', { count: shards.count }, words);
    return this.sumByColumn();
  }

  /**
   * Takes the copied rows relative to an origin (subtracted in f64, rounded once).
   *
   * Shape   returns the sum of squares of every column, and the largest magnitude of all
   */
  centre(origin: Float64Array): { squares: Float64Array; largest: number } {
    const { matrix, rows, shards, shardSums, shardPots, exact } = this;
    exact.set(origin);
    const outs = [exact, shardSums, shardPots].map((view) => view.byteOffset);
    const words = [rows.byteOffset, matrix.rows, matrix.cols, shards.rows, ...outs];
    this.job.run('centreRows', { count: shards.count }, words);
    return { squares: this.sumByColumn(), largest: Math.max(...shardPots.subarray(0, shards.count)) };
  }

  private sumByColumn(): Float64Array {
    const d = this.matrix.cols;
    const totals = new Float64Array(d);
    for (let at = 0; at < this.shards.count * d; at += 1) {
      totals[at % d] = (totals[at % d] as number) + (this.shardSums[at] as number);
    }
    return totals;
  }

  /** Forgets all labels: the next `assign` answers whole sums. */
  clearLabels(): void {
    this.labels.fill(NO_LABEL);
  }

  /** Sets k centroids (k × d, relative to the origin). */
  setCentroids(centroids: Float64Array): void {
    const { k, exact, transposed, halfNorms } = this;
    const d = this.matrix.cols;
    const kp = halfNorms.length;
    exact.set(centroids);
    transposed.fill(0);
    halfNorms.fill(Infinity);
    for (let c = 0; c < k; c += 1) {
      let norm = 0;
      for (let j = 0; j < d; j += 1) {
        const value = Math.fround(centroids[c * d + j] as number);
        transposed[j * kp + c] = value;
        norm += value * value;
      }
      halfNorms[c] = norm / 2;
    }
  }

  /**
   * Labels every row with its nearest centroid and adds what changed to `into`.
   *
   * Ties    the lowest centroid wins, within float32 arithmetic
   * Shape   returns how many rows changed their label
   */
  assign(into?: ClusterSums): number {
    const { matrix, k, shards, shardSums, shardCounts, shardChanged } = this;
    const d = matrix.cols;
    const views = [this.transposed, this.halfNorms, this.labels].map((view) => view.byteOffset);
    const outs = [shardSums, shardCounts, shardChanged].map((view) => view.byteOffset);
    const shape = [this.rows.byteOffset, matrix.rows, d, k, this.halfNorms.length];
    this.job.run('kmeansAssign', { count: shards.count }, [...shape, ...views, shards.rows, ...outs]);
    if (into) this.reduceSums(into);
    return sum(shardChanged);
  }

  private reduceSums({ sums, counts }: ClusterSums): void {
    const { k, shards, shardSums, shardCounts } = this;
    const width = sums.length;
    for (let s = 0; s < shards.count; s += 1) {
      for (let at = 0; at < width; at += 1) sums[at] = (sums[at] as number) + (shardSums[s * width + at] as number);
      for (let c = 0; c < k; c += 1) counts[c] = (counts[c] as number) + ((shardCounts[s * k + c] as number) | 0);
    }
  }

  /** Sum of squared distances of rows to the centroid of their label, in f64. */
  inertia(): number {
    const { matrix, shards, shardPots } = this;
    const words = [this.rows.byteOffset, matrix.rows, matrix.cols, this.exact.byteOffset, this.labels.byteOffset];
    this.job.run('kmeansInertia', { count: shards.count }, [...words, shards.rows, shardPots.byteOffset]);
    return sum(shardPots.subarray(0, shards.count));
  }

  /** k-means++: forgets the centroids chosen so far. */
  startSeeding(): void {
    this.closest.fill(Infinity);
  }

  /** k-means++: takes row `index` as the next centroid; answers each shard's potential and lowers `closest`. */
  seed(index: number): Float64Array {
    const { matrix, shards, shardPots, chosen } = this;
    const d = matrix.cols;
    chosen.set(this.rows.subarray(index * d, index * d + d));
    const words = [this.rows.byteOffset, matrix.rows, d, chosen.byteOffset, this.closest.byteOffset];
    this.job.run('kmeansClosest', { count: shards.count }, [...words, shards.rows, shardPots.byteOffset]);
    return shardPots.slice(0, shards.count);
  }

  /** k-means++: the potential after adding each of up to eight candidate rows. */
  trialPotentials(indices: readonly number[]): Float64Array {
    const { matrix, shards, shardPots, candidates } = this;
    const d = matrix.cols;
    for (let c = 0; c < TRIAL_LANES; c += 1) {
      const from = (indices[Math.min(c, indices.length - 1)] as number) * d;
      for (let j = 0; j < d; j += 1) candidates[j * TRIAL_LANES + c] = this.rows[from + j] as number;
    }
    const words = [this.rows.byteOffset, matrix.rows, d, candidates.byteOffset, this.closest.byteOffset];
    this.job.run('kmeansTrials', { count: shards.count }, [...words, shards.rows, shardPots.byteOffset]);
    const totals = new Float64Array(indices.length);
    for (let s = 0; s < shards.count; s += 1) {
      for (let c = 0; c < totals.length; c += 1) {
        totals[c] = (totals[c] as number) + (shardPots[s * TRIAL_LANES + c] as number);
      }
    }
    return totals;
  }

  /** k-means++: the row at which the running sum of `closest` passes `target`, given the shards' potentials. */
  rowAtPotential(target: number, potentials: Float64Array): number {
    let left = target;
    let s = 0;
    while (s < potentials.length - 1 && left >= (potentials[s] as number)) {
      left -= potentials[s] as number;
      s += 1;
    }
    const start = s * this.shards.rows;
    const end = Math.min(start + this.shards.rows, this.matrix.rows);
    let last = start;
    for (let i = start; i < end; i += 1) {
      const weight = this.closest[i] as number;
      if (weight > 0) last = i;
      left -= weight;
      if (left < 0) return i;
    }
    return last;
  }
}
