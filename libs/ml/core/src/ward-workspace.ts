import { arenaBytes } from './pool/arena';
import type { KernelJob, KernelPool } from './pool/kernel-pool';
import { shardsFor, type Shards } from './shards';

/** The cluster nearest to another by Ward's measure. */
export interface WardNeighbour {
  readonly place: number;
  /** 2·a·b / (a + b) times the squared distance of the means: the square of scipy's height. */
  readonly measure: number;
}

/**
 * Clusters as means and sizes in an arena, and the kernel that finds the nearest of one by Ward's measure: memory grows
 * with n·d, not with n².
 */
export class WardWorkspace {
  /** Size of the cluster at each place; 0 where it was joined to another. */
  readonly sizes: Float64Array;
  private readonly means: Float64Array;
  private readonly mean: Float64Array;
  private readonly out: Float64Array;
  private readonly job: KernelJob;
  private blocks: number;
  private shards: Shards;

  /** Throws ML_TOO_LARGE, ML_POOL_BUSY, ML_CANCELLED as KernelPool.openJob does. Call `release` when done. */
  constructor(
    pool: KernelPool,
    private readonly shape: { n: number; d: number },
  ) {
    const { n, d } = shape;
    this.blocks = Math.ceil(n / 4);
    this.shards = shardsFor(this.blocks);
    const sizes = [this.blocks * 4 * d, this.blocks * 4, d, this.shards.count * 2].map((length) => length * 8);
    this.job = pool.openJob(arenaBytes(sizes), `Ward's clusters of ${n} × ${d}`);
    const { arena } = this.job;
    this.means = arena.f64(this.blocks * 4 * d).fill(NaN);
    this.sizes = arena.f64(this.blocks * 4).fill(0);
    this.mean = arena.f64(d);
    this.out = arena.f64(this.shards.count * 2);
  }

  release(): void {
    this.job.release();
  }

  private at(place: number): number {
    return (place >> 2) * 4 * this.shape.d + (place & 3);
  }

  /** Puts a cluster at a place. */
  set(place: number, size: number, mean: ArrayLike<number>): void {
    const to = this.at(place);
    this.sizes[place] = size;
    for (let j = 0; j < this.shape.d; j += 1) this.means[to + j * 4] = mean[j] as number;
  }

  /** Joins the cluster at one place to that at another. */
  join(from: number, to: number): void {
    const [a, b] = [this.at(from), this.at(to)];
    const [na, nb] = [this.sizes[from] as number, this.sizes[to] as number];
    for (let j = 0; j < 4 * this.shape.d; j += 4) {
      this.means[b + j] = ((this.means[a + j] as number) * na + (this.means[b + j] as number) * nb) / (na + nb);
      this.means[a + j] = NaN;
    }
    this.sizes[from] = 0;
    this.sizes[to] = na + nb;
  }

  /** Moves what stands at one place to an earlier, free one. */
  move(from: number, to: number): void {
    const [a, b] = [this.at(from), this.at(to)];
    for (let j = 0; j < 4 * this.shape.d; j += 4) {
      this.means[b + j] = this.means[a + j] as number;
      this.means[a + j] = NaN;
    }
    this.sizes[to] = this.sizes[from] as number;
    this.sizes[from] = 0;
  }

  /** Says that no cluster stands at `count` or after: the kernel walks no further. */
  truncate(count: number): void {
    this.blocks = Math.ceil(count / 4);
    this.shards = shardsFor(this.blocks);
  }

  /** Ward's measure of the clusters at two places. */
  measure(a: number, b: number): number {
    const [from, to] = [this.at(a), this.at(b)];
    const [na, nb] = [this.sizes[a] as number, this.sizes[b] as number];
    let squared = 0;
    for (let j = 0; j < 4 * this.shape.d; j += 4) {
      squared += ((this.means[from + j] as number) - (this.means[to + j] as number)) ** 2;
    }
    return squared * ((2 * na * nb) / (na + nb));
  }

  /**
   * The cluster nearest to the one at a place.
   *
   * Ties    the lowest place wins
   * Cost    O(places · d)
   */
  nearest(place: number): WardNeighbour {
    const { d } = this.shape;
    const from = this.at(place);
    for (let j = 0; j < d; j += 1) this.mean[j] = this.means[from + j * 4] as number;
    const words = [this.means.byteOffset, this.blocks, d, this.sizes.byteOffset, place, this.shards.rows];
    this.job.run('wardNearest', { count: this.shards.count }, [...words, this.mean.byteOffset, this.out.byteOffset]);
    let best = { place: -1, measure: Infinity };
    for (let s = 0; s < this.shards.count; s += 1) {
      const measure = this.out[2 * s] as number;
      if (measure < best.measure) best = { place: this.out[2 * s + 1] as number, measure };
    }
    return best;
  }
}
