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
  return { rows, values, there, bits, words };
}

/** How many bits of a word are set. */
function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Adds the squared differences of one column to a value, where the column has one. */
function addSquares(out: Float64Array, value: number, values: Float64Array, there: Float64Array): void {
  for (let i = 0; i < out.length; i += 1) {
    const difference = (values[i] as number) - value * (there[i] as number);
    out[i] = (out[i] as number) + difference * difference;
  }
}

/**
 * Squared distances of one row to all rows of another set, over the values both have, scaled up by d / how many these
 * are; NaN where they share none.
 *
 * Shape   out: one number per row of `others`
 * Units   squared units of the columns
 * Cost    O(rows · d), column by column, so that memory is read in its order
 * Source  scikit-learn's nan_euclidean_distances, by the k-nearest imputer's golden file
 */
export function nanDistances(
  { own, row }: { readonly own: MaskedColumns; readonly row: number },
  others: MaskedColumns,
  out: Float64Array,
): void {
  const d = own.values.length;
  const { words, bits } = others;
  out.fill(0);
  for (let j = 0; j < d; j += 1) {
    if (own.there[j]?.[row] !== 1) continue;
    addSquares(out, own.values[j]?.[row] as number, others.values[j] as Float64Array, others.there[j] as Float64Array);
  }
  for (let i = 0; i < out.length; i += 1) {
    let count = 0;
    for (let w = 0; w < words; w += 1)
      count += bitCount((bits[i * words + w] as number) & (own.bits[row * words + w] as number));
    out[i] = count === 0 ? NaN : ((out[i] as number) / count) * d;
  }
}
