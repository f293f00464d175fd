import { arenaBytes } from './pool/arena';
import type { KernelJob, KernelPool } from './pool/kernel-pool';
import type { SparseMatrix } from './sparse-matrix';

/** Rows of a block in the kernel. */
const BLOCK = 64;
const FEWEST_BLOCKS = 16;
const MOST_SHARDS = 8;

/** What the side of the parts needs of the rows. */
export interface RowSums {
  /** Slopes that the first round had to follow. */
  readonly violation: number;
  /** k × k products of the amounts' columns. */
  readonly gram: Float64Array;
  /** d × k: the counts, turned, times the amounts. */
  readonly target: Float64Array;
}

/**
 * The arena of one factorisation of counts into amounts (n × k) and parts (d × k), for the rows' side; what depends on the
 * order of sums depends on n alone, never on threads.
 */
export class FactorWorkspace {
  private readonly job: KernelJob;
  private readonly kp: number;
  private readonly shards: number;
  private readonly blocksAShard: number;
  private readonly parts: Float64Array;
  private readonly gram: Float64Array;
  private readonly table: Float64Array;
  private readonly share: Float64Array;
  private readonly sums: Float64Array;
  private readonly words: readonly number[];

  /** Throws ML_TOO_LARGE, ML_POOL_BUSY, ML_CANCELLED as KernelPool.openJob does. Call `release` when done. */
  constructor(
    pool: KernelPool,
    private readonly counts: SparseMatrix,
    private readonly k: number,
  ) {
    const { rows: n, cols: d, starts, columns, values } = counts;
    const kp = Math.ceil(k / 4) * 4;
    const blocks = Math.ceil(n / BLOCK);
    this.kp = kp;
    this.blocksAShard = Math.max(FEWEST_BLOCKS, Math.ceil(blocks / MOST_SHARDS));
    this.shards = Math.ceil(blocks / this.blocksAShard);
    const room = kp * BLOCK + kp + 8;
    const wide = [values.length, d * kp, k * k, blocks * BLOCK * kp, 1, this.shards * room, this.shards * this.size];
    const bytes = [...wide.map((length) => 8 * length), 4 * starts.length, 4 * columns.length];
    this.job = pool.openJob(arenaBytes(bytes), `parts of ${n} × ${d} counts`);
    const { arena } = this.job;
    const own = [arena.u32(starts.length), arena.u32(columns.length), arena.f64(values.length)] as const;
    own[0].set(starts);
    own[1].set(columns);
    own[2].set(values);
    this.parts = arena.f64(d * kp).fill(0);
    this.gram = arena.f64(k * k);
    this.table = arena.f64(blocks * BLOCK * kp).fill(0);
    this.share = arena.f64(1);
    const scratch = arena.f64(this.shards * room);
    this.sums = arena.f64(this.shards * this.size);
    const [a, b, c] = own.map((view) => view.byteOffset) as [number, number, number];
    const tables = [this.parts, this.gram, this.table].map((view) => view.byteOffset);
    this.words = [a, b, c, n, k, kp, ...tables, this.blocksAShard, scratch.byteOffset];
  }

  /** Numbers that a shard sums up. */
  private get size(): number {
    return 1 + this.kp * this.kp + this.counts.cols * this.kp;
  }

  release(): void {
    this.job.release();
  }

  /** Where component c of row i stands. */
  private placeOf(i: number, c: number): number {
    return (Math.floor(i / BLOCK) * this.kp + c) * BLOCK + (i % BLOCK);
  }

  /** Sets the amounts: n × k, row-major. */
  setAmounts(amounts: Float64Array): void {
    const { k } = this;
    for (let i = 0; i < this.counts.rows; i += 1) {
      for (let c = 0; c < k; c += 1) this.table[this.placeOf(i, c)] = amounts[i * k + c] as number;
    }
  }

  /** The amounts: n × k, row-major. */
  amounts(): Float64Array {
    const { k } = this;
    const out = new Float64Array(this.counts.rows * k);
    for (let i = 0; i < this.counts.rows; i += 1) {
      for (let c = 0; c < k; c += 1) out[i * k + c] = this.table[this.placeOf(i, c)] as number;
    }
    return out;
  }

  private run(parts: Float64Array, gram: Float64Array, last: { rounds: number; share: number; sums: number }): void {
    const { k, kp } = this;
    for (let at = 0; at < parts.length; at += 1) {
      this.parts[Math.floor(at / k) * kp + (at % k)] = parts[at] as number;
    }
    this.gram.set(gram);
    this.share[0] = last.share;
    const ends = [last.rounds, this.share.byteOffset, this.counts.cols, last.sums];
    this.job.run('descendRows', { count: this.shards }, [...this.words, ...ends]);
  }

  /**
   * One round of coordinate descent of all amounts, the parts (d × k, row-major) and their gram given.
   *
   * Cost    O(values · k + n · k²)
   */
  descend(parts: Float64Array, gram: Float64Array): RowSums {
    this.run(parts, gram, { rounds: 1, share: 0, sums: this.sums.byteOffset });
    const { k, kp, size, sums } = this;
    const d = this.counts.cols;
    const out = { gram: new Float64Array(k * k), target: new Float64Array(d * k) };
    let violation = 0;
    for (let from = 0; from < this.shards * size; from += size) {
      violation += sums[from] as number;
      // The kernel sums what stands on and above the diagonal.
      for (let a = 0; a < k; a += 1) {
        for (let b = 0; b < k; b += 1) {
          const place = from + 1 + Math.min(a, b) * kp + Math.max(a, b);
          out.gram[a * k + b] = (out.gram[a * k + b] as number) + (sums[place] as number);
        }
      }
      const first = from + 1 + kp * kp;
      for (let j = 0; j < d; j += 1) {
        for (let c = 0; c < k; c += 1) {
          out.target[j * k + c] = (out.target[j * k + c] as number) + (sums[first + j * kp + c] as number);
        }
      }
    }
    return { violation, ...out };
  }

  /**
   * Rounds for every row until it has `share` of its first slopes left to follow, `rounds` at the most; a row's amounts do
   * not depend on the rows beside it.
   */
  settle(parts: Float64Array, gram: Float64Array, ends: { rounds: number; share: number }): void {
    this.run(parts, gram, { ...ends, sums: 0 });
  }
}
