import { arenaBytes } from './pool/arena';
import type { KernelJob, KernelPool } from './pool/kernel-pool';
import { checkMatrix, type Matrix } from './matrix';
import { shardsFor, type Shards } from './shards';

const BLOCK_ROWS = 64;

/** What a pass collects beside counts: nothing, means, and variances or all products of differences from the means. */
export type GaussianMoments = 'none' | 'first' | 'squares' | 'products';

/** What a workspace is for. */
export interface GaussianUse {
  readonly k: number;
  /** Factors of the inverse covariances: lower triangles row by row, or diagonals. */
  readonly factor: 'triangle' | 'diagonal';
  readonly moments: GaussianMoments;
  /** What is kept of every row. */
  readonly keep: 'nothing' | 'labels' | 'shares';
}

/** The components of one pass. */
export interface GaussianComponents {
  /** k × d, less the origin. */
  readonly means: Float64Array;
  /** k triangles of d(d+1)/2, or k × d: factor · (x − mean) has variance one. */
  readonly factors: Float64Array;
  /** Of each component: log weight + log determinant of the factor − d/2 · log 2π, or whatever stands in for it. */
  readonly constants: Float64Array;
}

/** Sums over all rows, weighted by their shares. */
export interface GaussianSums {
  /** Σ log Σ_c exp(log density of c). */
  readonly logLikelihood: number;
  /** Σ share · log share. */
  readonly negativeEntropy: number;
  readonly counts: Float64Array;
  /** k × d: Σ share · (x − mean). */
  readonly firsts: Float64Array;
  /** k × d squares or k × d × d products of x − mean, weighted; empty when not asked for. */
  readonly seconds: Float64Array;
}

const MOMENTS: readonly GaussianMoments[] = ['none', 'first', 'squares', 'products'];

/**
 * The arena of one mixture of Gaussians: rows in float32, components in double precision less an origin near the rows, and
 * the pass of expectation-maximisation over them. Sums are reduced in shard order: the same bytes on any number of threads.
 */
export class GaussianWorkspace {
  private readonly job: KernelJob;
  private readonly shards: Shards;
  private readonly width: number;
  private readonly size: number;
  private readonly rows: Float32Array;
  private readonly origin: Float64Array;
  private readonly means: Float64Array;
  private readonly factors: Float64Array;
  private readonly constants: Float64Array;
  private readonly scratch: Float64Array;
  private readonly sums: Float64Array;
  /** n × k; empty unless shares are kept. */
  readonly shares: Float64Array;
  /** The likeliest component of each row, the lowest of equals; empty unless kept. */
  readonly labels: Uint16Array;
  /** Log density of each row under the whole mixture; empty unless shares are kept. */
  readonly logLikelihoods: Float64Array;

  /** Throws ML_TOO_LARGE, ML_POOL_BUSY, ML_CANCELLED as KernelPool.openJob does. Call `release` when done. */
  constructor(
    pool: KernelPool,
    private readonly matrix: Matrix,
    private readonly use: GaussianUse,
  ) {
    const { rows: n, cols: d } = matrix;
    const { k, factor, moments, keep } = use;
    this.shards = shardsFor(n);
    this.width = Math.ceil(d / 4) * 4;
    const second = moments === 'products' ? this.width ** 2 : moments === 'squares' ? this.width : 0;
    this.size = 1 + this.width + second;
    const s = this.shards.count;
    const lengths = {
      factors: k * (factor === 'triangle' ? (d * (d + 1)) / 2 : d),
      scratch: s * (3 * this.width + k + 2) * BLOCK_ROWS,
      sums: s * (2 + k * this.size),
      shares: keep === 'shares' ? n * k : 0,
      labels: keep === 'nothing' ? 0 : n,
      logs: keep === 'shares' ? n : 0,
    };
    const { factors, scratch, sums, shares, labels, logs } = lengths;
    const wide = [d, k * d, factors, k, scratch, sums, shares, logs].map((length) => length * 8);
    this.job = pool.openJob(arenaBytes([n * d * 4, labels * 2, ...wide]), `a mixture over ${n} × ${d}`);
    const { arena } = this.job;
    this.rows = arena.f32(n * d);
    this.labels = arena.u16(labels);
    this.origin = arena.f64(d);
    this.means = arena.f64(k * d);
    this.factors = arena.f64(factors);
    this.constants = arena.f64(k);
    this.scratch = arena.f64(scratch);
    this.sums = arena.f64(sums);
    this.shares = arena.f64(shares);
    this.logLikelihoods = arena.f64(logs);
  }

  /**
   * Copies the rows; everything afterwards is relative to the origin.
   *
   * Throws  ML_NOT_FINITE
   */
  load(origin: Float64Array): void {
    checkMatrix(this.matrix);
    this.rows.set(this.matrix.data);
    this.origin.set(origin);
  }

  /** Weighs every row by every component, and sums what was asked for. */
  pass({ means, factors, constants }: GaussianComponents): GaussianSums {
    this.means.set(means);
    this.factors.set(factors);
    this.constants.set(constants);
    const { matrix, use, shards } = this;
    const input = [this.rows.byteOffset, matrix.rows, matrix.cols, use.k, shards.rows, this.origin.byteOffset];
    const model = [this.means, this.factors, this.constants, this.scratch, this.sums].map((view) => view.byteOffset);
    const modes = [use.factor === 'triangle' ? 1 : 0, MOMENTS.indexOf(use.moments)];
    const out = [this.shares, this.labels, this.logLikelihoods].map((view) => (view.length > 0 ? view.byteOffset : 0));
    this.job.run('gaussianPass', { count: shards.count }, [...input, ...model, ...modes, ...out]);
    return this.reduced();
  }

  private reduced(): GaussianSums {
    const { use, size, width, shards, sums } = this;
    const d = this.matrix.cols;
    const length = 2 + use.k * size;
    const total = new Float64Array(length);
    for (let s = 0; s < shards.count; s += 1) {
      for (let at = 0; at < length; at += 1) total[at] = (total[at] as number) + (sums[s * length + at] as number);
    }
    const wide = use.moments === 'products' ? d * d : use.moments === 'squares' ? d : 0;
    const firsts = new Float64Array(use.k * d);
    const seconds = new Float64Array(use.k * wide);
    for (let c = 0; c < use.k; c += 1) {
      const from = 2 + c * size + 1;
      for (let j = 0; j < d; j += 1) firsts[c * d + j] = total[from + j] as number;
      for (let at = 0; at < wide; at += 1) {
        const [a, b] = [Math.min(Math.floor(at / d), at % d), Math.max(Math.floor(at / d), at % d)];
        const place = use.moments === 'products' ? a * width + b : at;
        seconds[c * wide + at] = total[from + width + place] as number;
      }
    }
    const counts = Float64Array.from({ length: use.k }, (_, c) => total[2 + c * size] as number);
    return { logLikelihood: total[0] as number, negativeEntropy: total[1] as number, counts, firsts, seconds };
  }

  release(): void {
    this.job.release();
  }
}
