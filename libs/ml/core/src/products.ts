import { arenaBytes } from './pool/arena';
import { poolOf, type ComputeControl } from './pool/compute-control';
import type { KernelJob } from './pool/kernel-pool';
import { crossProductsTwin } from './twins/cross-products-twin';
import { projectTwin } from './twins/project-twin';

/** Rows of one shard: 50 columns of them stay in the second cache. */
const SHARD_ROWS = 256;
/** Shards whose rows are copied and then worked on together. */
const SHARDS = 4;
const CHUNK_ROWS = SHARD_ROWS * SHARDS;
/** From one column to the next: a line more than the rows, so that columns do not fall on the same lines of the cache. */
const STRIDE = CHUNK_ROWS + 8;
/** Multiplications below which opening a memory costs more than the kernel saves. */
const FEW_PRODUCTS = 2e5;

/** Columns of equal length and what is subtracted from each before anything else; zeros when left out. */
export interface ShiftedColumns {
  readonly columns: readonly Float64Array[];
  readonly origin?: ArrayLike<number>;
}

const fours = (count: number): number => Math.ceil(count / 4) * 4;
const rowsOf = (columns: readonly Float64Array[]): number => columns[0]?.length ?? 0;

/** Writes the rows from `start` on; past the last row stand zeros. */
function fillChunk({ columns, origin }: ShiftedColumns, start: number, chunk: Float64Array): void {
  const count = Math.min(CHUNK_ROWS, rowsOf(columns) - start);
  for (let j = 0; j < columns.length; j += 1) {
    const values = columns[j] as Float64Array;
    const middle = origin?.[j] ?? 0;
    const to = j * STRIDE;
    for (let i = 0; i < count; i += 1) chunk[to + i] = (values[start + i] as number) - middle;
    if (count < CHUNK_ROWS) chunk.fill(0, to + count, to + CHUNK_ROWS);
  }
}

const shifted = ({ columns, origin }: ShiftedColumns): readonly Float64Array[] =>
  columns.map((values, j) => {
    const middle = origin?.[j] ?? 0;
    return middle === 0 ? values : values.map((value) => value - middle);
  });

/**
 * Sums of products of every two columns, each less its origin.
 *
 * Shape   columns: d of n values; returns row-major d×d, symmetric
 * Units   double precision; the order of the sums depends on n alone, not on threads
 * Cost    O(n · d²/2): 0.1 s for 200,000 × 50 on one thread; beside the answer memory of 1,024 rows
 * Throws  ML_CANCELLED
 */
export function crossProducts(input: ShiftedColumns, control: ComputeControl = {}): Float64Array {
  const { columns } = input;
  const n = rowsOf(columns);
  const d = columns.length;
  if (n * d * d < FEW_PRODUCTS) return crossProductsTwin(shifted(input), n);
  const width = fours(d);
  const lengths = [width * STRIDE, SHARDS * width * width];
  const job = poolOf(control).openJob(arenaBytes(lengths.map((length) => 8 * length)), `products of ${n} × ${d}`);
  try {
    const chunk = job.arena.f64(width * STRIDE).fill(0);
    const sums = job.arena.f64(SHARDS * width * width).fill(0);
    const words = [chunk.byteOffset, STRIDE, SHARD_ROWS, width, sums.byteOffset];
    for (let start = 0; start < n; start += CHUNK_ROWS) {
      fillChunk(input, start, chunk);
      job.run('crossProducts', { count: SHARDS }, words);
    }
    const out = new Float64Array(d * d);
    for (let a = 0; a < d; a += 1) {
      for (let b = a; b < d; b += 1) {
        let sum = 0;
        for (let shard = 0; shard < SHARDS; shard += 1) sum += sums[(shard * width + a) * width + b] as number;
        out[a * d + b] = out[b * d + a] = sum;
      }
    }
    return out;
  } finally {
    job.release();
  }
}

/** Weights of four directions at a time, column by column; what fills up the last four is 0. */
function fillWeights(directions: readonly (readonly number[])[], width: number, weights: Float64Array): void {
  weights.fill(0);
  directions.forEach((direction, k) =>
    direction.forEach((weight, j) => {
      weights[((k >> 2) * width + j) * 4 + (k & 3)] = weight;
    }),
  );
}

/** Runs the kernel chunk by chunk and copies what it made to the columns of the answer. */
function projectChunks(job: KernelJob, input: ShiftedColumns, directions: readonly (readonly number[])[]) {
  const { arena } = job;
  const n = rowsOf(input.columns);
  const width = fours(input.columns.length);
  const m = fours(directions.length);
  const chunk = arena.f64(width * STRIDE).fill(0);
  const weights = arena.f64(m * width);
  const made = arena.f64(m * STRIDE);
  const words = [chunk.byteOffset, STRIDE, SHARD_ROWS, width, weights.byteOffset, m, made.byteOffset];
  fillWeights(directions, width, weights);
  const out = directions.map(() => new Float64Array(n));
  for (let start = 0; start < n; start += CHUNK_ROWS) {
    fillChunk(input, start, chunk);
    job.run('projectRows', { count: SHARDS }, words);
    const count = Math.min(CHUNK_ROWS, n - start);
    out.forEach((values, k) => values.set(made.subarray(k * STRIDE, k * STRIDE + count), start));
  }
  return out;
}

/**
 * The coordinate of every row, less the origin, along each direction.
 *
 * Shape   columns: d of n values; directions: m of d weights; returns m of n values
 * Units   double precision; a row's coordinates do not depend on the rows beside it
 * Cost    O(n · d · m): 0.2 s for 200,000 × 50 × 50 on one thread; beside the answer memory of 1,024 rows
 * Throws  ML_CANCELLED
 */
export function projectRows(
  input: ShiftedColumns,
  directions: readonly (readonly number[])[],
  control: ComputeControl = {},
): Float64Array[] {
  const n = rowsOf(input.columns);
  const d = input.columns.length;
  if (n * d * directions.length < FEW_PRODUCTS) return projectTwin(shifted(input), directions);
  const [width, m] = [fours(d), fours(directions.length)];
  const lengths = [width * STRIDE, m * width, m * STRIDE];
  const job = poolOf(control).openJob(arenaBytes(lengths.map((length) => 8 * length)), `coordinates of ${n} × ${d}`);
  try {
    return projectChunks(job, input, directions);
  } finally {
    job.release();
  }
}
