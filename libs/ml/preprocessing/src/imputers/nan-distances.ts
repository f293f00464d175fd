/** Columns prepared for distances over the values two rows share. */
export interface MaskedColumns {
  readonly rows: number;
  /** Per column: its values, 0 where one is missing. */
  readonly values: readonly Float64Array[];
  /** Per column: 1 where a value is there, 0 where it is missing. */
  readonly there: readonly Float64Array[];
  /** The same by row: a bit per column, `words` numbers of 32 a row. */
  readonly bits: Int32Array;
  readonly words: number;
  /** A column of zeros. */
  readonly nothing: Float64Array;
}

/** Prepares columns of equal length. */
export function maskedColumns(columns: readonly Float64Array[], rows: number): MaskedColumns {
  const words = Math.ceil(columns.length / 32);
  const bits = new Int32Array(rows * words);
  const there = columns.map((column, j) => {
    const mask = new Float64Array(rows);
    for (let i = 0; i < rows; i += 1) {
      if (Number.isNaN(column[i] as number)) continue;
      mask[i] = 1;
      const word = i * words + (j >> 5);
      bits[word] = (bits[word] as number) | (1 << (j & 31));
    }
    return mask;
  });
  const values = columns.map((column) => column.map((value) => (Number.isNaN(value) ? 0 : value)));
  return { rows, values, there, bits, words, nothing: new Float64Array(rows) };
}

/** How many bits of a word are set. */
function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A value and the column it is compared with. */
interface Difference {
  readonly value: number;
  readonly values: Float64Array;
  readonly there: Float64Array;
}

/** Adds the squared differences of four columns to a value each, where the columns have one; rows from..to. */
function addSquares(out: Float64Array, four: readonly Difference[], [from, to]: readonly [number, number]): void {
  const [a, b, c, d] = four as [Difference, Difference, Difference, Difference];
  const { value: x0, values: v0, there: t0 } = a;
  const { value: x1, values: v1, there: t1 } = b;
  const { value: x2, values: v2, there: t2 } = c;
  const { value: x3, values: v3, there: t3 } = d;
  for (let i = from; i < to; i += 1) {
    const d0 = (v0[i] as number) - x0 * (t0[i] as number);
    const d1 = (v1[i] as number) - x1 * (t1[i] as number);
    const d2 = (v2[i] as number) - x2 * (t2[i] as number);
    const d3 = (v3[i] as number) - x3 * (t3[i] as number);
    out[i] = (out[i] as number) + d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
  }
}

/** The columns a row has a value in, by fours; the last four are filled up with columns of zeros. */
function differencesOf(own: MaskedColumns, row: number, others: MaskedColumns): Difference[][] {
  const all = own.values.flatMap((mine, j): Difference[] =>
    own.there[j]?.[row] === 1
      ? [
          {
            value: mine[row] as number,
            values: others.values[j] as Float64Array,
            there: others.there[j] as Float64Array,
          },
        ]
      : [],
  );
  const { nothing } = others;
  while (all.length % 4 !== 0) all.push({ value: 0, values: nothing, there: nothing });
  return Array.from({ length: all.length / 4 }, (_, i) => all.slice(4 * i, 4 * i + 4));
}

/** Divides by how many values two rows share, times how many there are. */
function scaleUp(
  out: Float64Array,
  { own, row }: { readonly own: MaskedColumns; readonly row: number },
  others: MaskedColumns,
): void {
  const d = own.values.length;
  const { words, bits } = others;
  const mine = own.bits.subarray(row * words, (row + 1) * words);
  for (let i = 0, word = 0; i < out.length; i += 1) {
    let count = 0;
    for (let w = 0; w < words; w += 1, word += 1) count += bitCount((bits[word] as number) & (mine[w] as number));
    out[i] = count === 0 ? NaN : ((out[i] as number) / count) * d;
  }
}

/** Rows of the other set taken at once: their columns stay in the cache for all rows asked for. */
const BLOCK_ROWS = 512;

/**
 * Squared distances of some rows to all rows of another set, over the values both have, scaled up by d / how many these
 * are; NaN where they share none.
 *
 * Shape   out: for each of `rows`, one number per row of `others`
 * Units   squared units of the columns
 * Cost    O(rows · others · d), in blocks
 * Source  scikit-learn's nan_euclidean_distances, by the k-nearest imputer's golden file
 */
export function nanDistances(
  { own, rows }: { readonly own: MaskedColumns; readonly rows: readonly number[] },
  others: MaskedColumns,
  out: readonly Float64Array[],
): void {
  for (const distances of out) distances.fill(0);
  const work = rows.map((row) => differencesOf(own, row, others));
  for (let from = 0; from < others.rows; from += BLOCK_ROWS) {
    const range = [from, Math.min(others.rows, from + BLOCK_ROWS)] as const;
    work.forEach((fours, at) => {
      for (const four of fours) addSquares(out[at] as Float64Array, four, range);
    });
  }
  rows.forEach((row, at) => scaleUp(out[at] as Float64Array, { own, row }, others));
}
