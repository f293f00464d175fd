import { arenaBytes } from './pool/arena';
import { poolOf, type ComputeControl } from './pool/compute-control';
import type { KernelJob } from './pool/kernel-pool';
import { shardsFor, type Shards } from './shards';
import { yeoJohnsonTwin } from './twins/powers-twin';

/** Numbers below which opening a memory costs more than the kernel saves. */
const FEW_VALUES = 2_000;

/** Mean and population variance of numbers after a Yeo-Johnson transform. */
export interface PowerSpread {
  readonly mean: number;
  readonly variance: number;
}

const even = (count: number): number => count + (count % 2);

/**
 * The Yeo-Johnson transform of every number: ((1 + x)^λ − 1) / λ from 0 on, its mirror image with 2 − λ below.
 *
 * Shape   returns as many numbers; NaN stays NaN
 * Units   within 4 units in the last place of the exact logarithm's power; infinite where e^709.4 is passed
 * Cost    about 10 ns a number
 */
export function yeoJohnsonValues(values: Float64Array, lambda: number, control: ComputeControl = {}): Float64Array {
  const n = values.length;
  if (n < FEW_VALUES) return values.map((value) => yeoJohnsonTwin(lambda, value));
  const shards = shardsFor(n);
  const job = poolOf(control).openJob(arenaBytes([8 * even(n), 8]), `powers of ${n}`);
  try {
    const x = job.arena.f64(even(n));
    const exponent = job.arena.f64(1);
    x[n] = 0;
    x.set(values);
    exponent[0] = lambda;
    job.run('yeoJohnson', { count: shards.count }, [x.byteOffset, n, shards.rows, exponent.byteOffset]);
    return x.slice(0, n);
  } finally {
    job.release();
  }
}

/** The numbers of one sign: the logarithms of 1 + their magnitudes, and what an exponent makes of them. */
class Side {
  private readonly shards: Shards;
  private readonly logs: Float64Array;
  private readonly made: Float64Array;
  private readonly argument: Float64Array;
  private readonly sums: Float64Array;

  constructor(
    private readonly job: KernelJob,
    private readonly count: number,
  ) {
    this.shards = shardsFor(count);
    this.logs = job.arena.f64(even(count));
    this.made = job.arena.f64(even(count));
    this.argument = job.arena.f64(1);
    this.sums = job.arena.f64(this.shards.count);
  }

  /** Bytes of each array that a side of so many numbers takes. */
  static sizes(count: number): number[] {
    return [8 * even(count), 8 * even(count), 8, 8 * shardsFor(count).count];
  }

  /** Takes the logarithms of the numbers of one sign; returns their sum. */
  fill(values: Float64Array, below: boolean): number {
    const { logs, count } = this;
    let at = 0;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] as number;
      if (value < 0 !== below) continue;
      logs[at] = below ? -value : value;
      at += 1;
    }
    logs.fill(0, at);
    if (count === 0) return 0;
    this.job.run('log1pValues', { count: this.shards.count }, [logs.byteOffset, count, this.shards.rows]);
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += logs[i] as number;
    return sum;
  }

  /** Sum of what the exponent makes of the magnitudes. */
  raise(power: number): number {
    if (this.count === 0) return 0;
    this.argument[0] = power;
    const [logs, argument, made, sums] = [this.logs, this.argument, this.made, this.sums];
    const input = [logs.byteOffset, this.count, this.shards.rows, argument.byteOffset];
    this.job.run('powerValues', { count: this.shards.count }, [...input, made.byteOffset, sums.byteOffset]);
    return this.reduced();
  }

  /** Sum of the squared differences of what was made last from a middle. */
  squares(middle: number): number {
    if (this.count === 0) return 0;
    this.argument[0] = middle;
    const input = [this.made.byteOffset, this.count, this.shards.rows, this.argument.byteOffset];
    this.job.run('squaresAbout', { count: this.shards.count }, [...input, this.sums.byteOffset]);
    return this.reduced();
  }

  private reduced(): number {
    return this.sums.reduce((sum, value) => sum + value, 0);
  }
}

/**
 * Numbers whose Yeo-Johnson transform is tried with one exponent after the other: their logarithms are taken once, and
 * each try is two passes. Holds a pool's job until it is released.
 *
 * Shape   values: at least one, finite
 * Cost    about 5 ns a number and try; memory of 16 bytes a number
 * Throws  ML_POOL_BUSY, ML_TOO_LARGE, ML_CANCELLED
 */
export class PowerWorkspace {
  /** Sum of sign(x) · log(1 + |x|): the logarithm of the transform's slope for λ = 2. */
  readonly signedLogs: number;
  private readonly job: KernelJob;
  private readonly above: Side;
  private readonly below: Side;
  private readonly count: number;

  constructor(values: Float64Array, control: ComputeControl = {}) {
    this.count = values.length;
    let negative = 0;
    for (let i = 0; i < values.length; i += 1) if ((values[i] as number) < 0) negative += 1;
    const positive = values.length - negative;
    const sizes = [...Side.sizes(positive), ...Side.sizes(negative)];
    this.job = poolOf(control).openJob(arenaBytes(sizes), `powers of ${values.length}`);
    try {
      this.above = new Side(this.job, positive);
      this.below = new Side(this.job, negative);
      this.signedLogs = this.above.fill(values, false) - this.below.fill(values, true);
    } catch (thrown) {
      this.job.release();
      throw thrown;
    }
  }

  /** Mean and variance of the transformed numbers; NaN or infinite where they overflow. */
  spread(lambda: number): PowerSpread {
    const high = this.above.raise(lambda);
    // Negative numbers bend the other way; the sides' means have opposite signs.
    const low = this.below.raise(2 - lambda);
    const mean = (high - low) / this.count;
    return { mean, variance: (this.above.squares(mean) + this.below.squares(-mean)) / this.count };
  }

  release(): void {
    this.job.release();
  }
}
