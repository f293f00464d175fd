import { arenaBytes } from './pool/arena';
import { poolOf, type ComputeControl } from './pool/compute-control';
import { shardsFor } from './shards';

/** Two sets of rows over the same columns; a missing value is NaN. */
export interface NanDistanceInput {
  /** d columns of equal length: the rows that distances lead to. */
  readonly donors: readonly Float64Array[];
  /** The same d columns of the rows that are asked for. */
  readonly columns: readonly Float64Array[];
  /** Which of these rows, in the order in which they are visited. */
  readonly rows: readonly number[];
}

/** Rows asked for that go through the kernel together: a multiple of 4, and their distances stay in the cache. */
const ROWS_AT_ONCE = 16;

/** Values of four donors at a time, column by column; what fills up the last four is missing. */
function fillDonors(donors: readonly Float64Array[], values: Float64Array, bits: Uint32Array): void {
  const d = donors.length;
  const words = Math.ceil(d / 32);
  values.fill(NaN);
  bits.fill(0);
  donors.forEach((column, j) => {
    for (let i = 0; i < column.length; i += 1) {
      const value = column[i] as number;
      if (Number.isNaN(value)) continue;
      values[((i >> 2) * d + j) * 4 + (i & 3)] = value;
      const word = i * words + (j >> 5);
      bits[word] = (bits[word] as number) | (1 << (j & 31));
    }
  });
}

/** Some rows' values one after another; what fills up the last four is missing. */
function fillQueries({ columns }: NanDistanceInput, rows: readonly number[], to: [Float64Array, Uint32Array]): void {
  const d = columns.length;
  const words = Math.ceil(d / 32);
  const [values, bits] = to;
  values.fill(NaN);
  bits.fill(0);
  rows.forEach((row, i) =>
    columns.forEach((column, j) => {
      const value = column[row] as number;
      if (Number.isNaN(value)) return;
      values[i * d + j] = value;
      const word = i * words + (j >> 5);
      bits[word] = (bits[word] as number) | (1 << (j & 31));
    }),
  );
}

/**
 * Squared Euclidean distances of rows to all donors over the values both have, scaled up by d / how many these are; NaN
 * where they share none.
 *
 * Shape   visit: called for each of `rows` in order, with one distance per donor; the array is used again afterwards
 * Units   squared units of the columns
 * Cost    O(rows · donors · d); memory O(donors · d)
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 * Source  scikit-learn's nan_euclidean_distances, by the k-nearest imputer's golden file
 */
export function visitNanDistances(
  input: NanDistanceInput,
  visit: (row: number, distances: Float64Array) => void,
  control: ComputeControl = {},
): void {
  const { donors, rows } = input;
  const d = donors.length;
  const n = donors[0]?.length ?? 0;
  if (n === 0 || rows.length === 0) return;
  const words = Math.ceil(d / 32);
  const blocks = Math.ceil(n / 4);
  const shards = shardsFor(blocks);
  const lengths = [blocks * 4 * d, ROWS_AT_ONCE * d, ROWS_AT_ONCE * blocks * 4].map((length) => 8 * length);
  const bitLengths = [blocks * 4 * words, ROWS_AT_ONCE * words].map((length) => 4 * length);
  const job = poolOf(control).openJob(arenaBytes([...lengths, ...bitLengths]), `distances to ${n} × ${d}`);
  try {
    const { arena } = job;
    const values = arena.f64(blocks * 4 * d);
    const queries = arena.f64(ROWS_AT_ONCE * d);
    const out = arena.f64(ROWS_AT_ONCE * blocks * 4);
    const bits = arena.u32(blocks * 4 * words);
    const queryBits = arena.u32(ROWS_AT_ONCE * words);
    fillDonors(donors, values, bits);
    const views = [bits, queryBits].map((view) => view.byteOffset);
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const some = rows.slice(start, start + ROWS_AT_ONCE);
      fillQueries(input, some, [queries, queryBits]);
      const q = Math.ceil(some.length / 4) * 4;
      const from = [values.byteOffset, blocks, d, shards.rows, queries.byteOffset, q];
      job.run('nanDistances', { count: shards.count }, [...from, ...views, words, out.byteOffset]);
      some.forEach((row, i) => visit(row, out.subarray(i * blocks * 4, i * blocks * 4 + n)));
    }
  } finally {
    job.release();
  }
}
