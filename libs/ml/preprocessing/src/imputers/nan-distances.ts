/** Rows prepared for distances over the values both have: missing cells hold 0 in `values` and 0 in `there`. */
export interface MaskedRows {
  readonly rows: number;
  readonly cols: number;
  readonly values: Float64Array;
  /** 1 where a value is there, 0 where it is missing. */
  readonly there: Float64Array;
}

/** Prepares columns of equal length. */
export function maskedRows(columns: readonly Float64Array[], rows: number): MaskedRows {
  const cols = columns.length;
  const values = new Float64Array(rows * cols);
  const there = new Float64Array(rows * cols);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i += 1) {
      const value = column[i] as number;
      if (Number.isNaN(value)) continue;
      values[i * cols + j] = value;
      there[i * cols + j] = 1;
    }
  });
  return { rows, cols, values, there };
}

/**
 * Squared distances of one row to all rows of another set, over the values both have, scaled up by d / how many these
 * are; NaN where they share none.
 *
 * Shape   out: one number per row of `others`
 * Units   squared units of the columns
 * Cost    O(rows · cols)
 * Source  scikit-learn's nan_euclidean_distances, by the k-nearest imputer's golden file
 */
export function nanDistances(own: MaskedRows, row: number, others: MaskedRows, out: Float64Array): void {
  const { cols, values, there } = others;
  const from = row * cols;
  const places: number[] = [];
  for (let j = 0; j < cols; j += 1) if (own.there[from + j] === 1) places.push(j);
  const shared = places.length;
  const at = Int32Array.from(places);
  const mine = Float64Array.from(places, (j) => own.values[from + j] as number);
  for (let i = 0, base = 0; i < others.rows; i += 1, base += cols) {
    let squares = 0;
    let count = 0;
    for (let p = 0; p < shared; p += 1) {
      const place = base + (at[p] as number);
      const present = there[place] as number;
      const difference = ((values[place] as number) - (mine[p] as number)) * present;
      squares += difference * difference;
      count += present;
    }
    out[i] = count === 0 ? NaN : (squares / count) * cols;
  }
}
