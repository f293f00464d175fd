import type { Matrix } from './matrix';
import { arenaBytes } from './pool/arena';
import type { KernelJob, KernelPool } from './pool/kernel-pool';
import { shardsFor } from './shards';

const fours = (count: number): number => Math.ceil(count / 4) * 4;

/** What the distances of a joined cluster are made of. */
export interface PairShares {
  readonly x: number;
  readonly y: number;
  /** The larger of both instead of their shares. */
  readonly larger: boolean;
}

/**
 * Distances of all pairs as a square in an arena, with kernels that find a row's nearest and join two rows. Rows are
 * known by their place; those joined to others fall away at `compact`.
 */
export class PairWorkspace {
  /** 1 at the places that are not joined to another. */
  readonly alive: Uint32Array;
  private readonly square: Float64Array;
  private readonly blocks: Float64Array;
  private readonly scratch: Float64Array;
  private readonly shares: Float64Array;
  private readonly out: Float64Array;
  private readonly stride: number;
  private readonly job: KernelJob;
  private places: number;

  /** Throws ML_TOO_LARGE, ML_POOL_BUSY, ML_CANCELLED as KernelPool.openJob does. Call `release` when done. */
  constructor(
    pool: KernelPool,
    private readonly n: number,
    cols = 0,
  ) {
    this.stride = fours(n);
    this.places = this.stride;
    const shards = shardsFor(n).count;
    const sizes = [n * this.stride, this.stride * cols, shards * cols, 2, 2].map((length) => length * 8);
    this.job = pool.openJob(arenaBytes([...sizes, this.stride * 4]), `the distances of ${n} × ${n}`);
    const { arena } = this.job;
    this.square = arena.f64(n * this.stride);
    this.blocks = arena.f64(this.stride * cols);
    this.scratch = arena.f64(shards * cols);
    this.shares = arena.f64(2);
    this.out = arena.f64(2);
    this.alive = arena.u32(this.stride).fill(0).fill(1, 0, n);
  }

  release(): void {
    this.job.release();
  }

  /** Measures all rows of a matrix of the width given to the constructor: Euclidean, in double precision. */
  measure({ data, rows, cols }: Matrix): void {
    this.blocks.fill(NaN);
    for (let i = 0; i < rows; i += 1) {
      const to = (i >> 2) * 4 * cols + (i & 3);
      for (let j = 0; j < cols; j += 1) this.blocks[to + j * 4] = data[i * cols + j] as number;
    }
    const shards = shardsFor(rows);
    const views = [this.square.byteOffset, this.stride, this.scratch.byteOffset];
    this.job.run('pairDistances', { count: shards.count }, [this.blocks.byteOffset, rows, cols, shards.rows, ...views]);
  }

  /** Takes distances as they are: that of i > j at i(i−1)/2 + j. */
  load(triangle: Float64Array): void {
    const { square, stride, n } = this;
    square.fill(Infinity);
    for (let i = 1, at = 0; i < n; i += 1) {
      for (let j = 0; j < i; j += 1, at += 1) {
        square[i * stride + j] = triangle[at] as number;
        square[j * stride + i] = triangle[at] as number;
      }
    }
  }

  distance(a: number, b: number): number {
    return this.square[a * this.stride + b] as number;
  }

  /** The nearest living place to one, the lowest of equals; its distance is Infinity where there is none. */
  nearest(place: number): { place: number; distance: number } {
    const words = [this.square.byteOffset, this.stride, this.places, place, this.out.byteOffset];
    this.job.run('pairNearest', { count: 1 }, words);
    return { place: this.out[1] as number, distance: this.out[0] as number };
  }

  /** Joins what stands at x to y, whose distances become those of both. */
  join(x: number, y: number, { x: shareX, y: shareY, larger }: PairShares): void {
    this.shares[0] = shareX;
    this.shares[1] = shareY;
    const views = [this.shares.byteOffset, larger ? 1 : 0, this.alive.byteOffset];
    this.job.run('pairJoin', { count: 1 }, [this.square.byteOffset, this.stride, this.places, x, y, ...views]);
    this.alive[x] = 0;
  }

  /**
   * Moves the living to the front, in their order.
   *
   * Shape   returns the place each came from
   */
  compact(): number[] {
    const { square, stride, alive } = this;
    const kept = [...alive.subarray(0, this.places).keys()].filter((place) => alive[place] === 1);
    kept.forEach((from, to) => {
      const row = from * stride;
      const into = to * stride;
      for (let at = 0; at < kept.length; at += 1) square[into + at] = square[row + (kept[at] as number)] as number;
      square.fill(Infinity, into + kept.length, into + fours(kept.length));
    });
    this.places = fours(kept.length);
    alive.fill(0).fill(1, 0, kept.length);
    return kept;
  }
}
