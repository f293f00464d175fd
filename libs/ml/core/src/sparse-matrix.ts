import { checkMatrix, type Matrix, type WideMatrix } from './matrix';
import { mlErrors } from './ml-errors';

/** The values of a matrix that are not 0, row by row; columns rise within a row. */
export interface SparseMatrix {
  readonly rows: number;
  readonly cols: number;
  /** rows + 1 places in `columns` and `values`. */
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** The same values column by column. Cost O(values + cols). */
export function transposed({ rows, cols, starts, columns, values }: SparseMatrix): SparseMatrix {
  const counts = new Uint32Array(cols + 1);
  for (const column of columns) counts[column + 1] = (counts[column + 1] as number) + 1;
  for (let j = 0; j < cols; j += 1) counts[j + 1] = (counts[j + 1] as number) + (counts[j] as number);
  const next = Uint32Array.from(counts);
  const out = { columns: new Uint32Array(values.length), values: new Float64Array(values.length) };
  for (let i = 0; i < rows; i += 1) {
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) {
      const column = columns[at] as number;
      const to = next[column] as number;
      next[column] = to + 1;
      out.columns[to] = i;
      out.values[to] = values[at] as number;
    }
  }
  return { rows: cols, cols: rows, starts: counts, ...out };
}

/**
 * Rows times a cols × k table: rows × k, row-major, into `out` where one is given.
 *
 * Cost    O(values · k); four values go through the table at once, added in their order
 */
export function timesTable(
  { rows, starts, columns, values }: SparseMatrix,
  table: Float64Array,
  k: number,
  out: Float64Array = new Float64Array(rows * k),
): Float64Array {
  for (let i = 0; i < rows; i += 1) {
    const own = out.subarray(i * k, (i + 1) * k).fill(0);
    const end = starts[i + 1] as number;
    let at = starts[i] as number;
    for (; at + 3 < end; at += 4) {
      const a = values[at] as number;
      const b = values[at + 1] as number;
      const c = values[at + 2] as number;
      const d = values[at + 3] as number;
      const ofA = (columns[at] as number) * k;
      const ofB = (columns[at + 1] as number) * k;
      const ofC = (columns[at + 2] as number) * k;
      const ofD = (columns[at + 3] as number) * k;
      for (let j = 0; j < k; j += 1) {
        own[j] =
          (own[j] as number) +
          a * (table[ofA + j] as number) +
          b * (table[ofB + j] as number) +
          c * (table[ofC + j] as number) +
          d * (table[ofD + j] as number);
      }
    }
    for (; at < end; at += 1) {
      const value = values[at] as number;
      const from = (columns[at] as number) * k;
      for (let j = 0; j < k; j += 1) own[j] = (own[j] as number) + value * (table[from + j] as number);
    }
  }
  return out;
}

/** The chosen rows, in the order given; a row may be taken twice. Cost O(values taken). */
export function takeSparseRows(matrix: SparseMatrix, indices: ArrayLike<number>): SparseMatrix {
  const starts = new Uint32Array(indices.length + 1);
  for (let i = 0; i < indices.length; i += 1) {
    const row = indices[i] as number;
    const length = (matrix.starts[row + 1] as number) - (matrix.starts[row] as number);
    starts[i + 1] = (starts[i] as number) + length;
  }
  const total = starts[indices.length] as number;
  const out = { columns: new Uint32Array(total), values: new Float64Array(total) };
  for (let i = 0; i < indices.length; i += 1) {
    const [from, end] = [matrix.starts[indices[i] as number], matrix.starts[(indices[i] as number) + 1]];
    out.columns.set(matrix.columns.subarray(from, end), starts[i]);
    out.values.set(matrix.values.subarray(from, end), starts[i]);
  }
  return { rows: indices.length, cols: matrix.cols, starts, ...out };
}

/** Keeps the values that are not 0. Cost two passes over the matrix. */
export function sparseOf({ data, rows, cols }: Matrix | WideMatrix): SparseMatrix {
  let kept = 0;
  for (let at = 0; at < data.length; at += 1) if (data[at] !== 0) kept += 1;
  const starts = new Uint32Array(rows + 1);
  const columns = new Uint32Array(kept);
  const values = new Float64Array(kept);
  let to = 0;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < cols; j += 1) {
      const value = data[i * cols + j] as number;
      if (value === 0) continue;
      columns[to] = j;
      values[to] = value;
      to += 1;
    }
    starts[i + 1] = to;
  }
  return { rows, cols, starts, columns, values };
}

/**
 * Refuses a sparse matrix that an estimator cannot work on.
 *
 * Throws  ML_SHAPE when its parts do not fit each other; ML_NOT_FINITE with the place of the value in `values`
 */
export function checkSparse({ rows, cols, starts, columns, values }: SparseMatrix): void {
  checkMatrix({ data: values, rows: values.length, cols: 1 }, 'values of a sparse matrix');
  let rising = starts.length === rows + 1 && starts[0] === 0 && starts[rows] === values.length;
  for (let i = 0; i < rows && rising; i += 1) rising = (starts[i] as number) <= (starts[i + 1] as number);
  if (!rising || cols < 1 || columns.length !== values.length || columns.some((column) => column >= cols)) {
    const expected = `${rows} rows of at least 1 column, and a column below ${cols} for each value`;
    throw mlErrors.ML_SHAPE({ what: 'sparse matrix', expected, got: `${values.length} values` });
  }
}
