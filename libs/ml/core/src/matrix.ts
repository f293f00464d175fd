import { mlErrors } from './ml-errors';

/** Numbers of `rows` × `cols`, row after row. Readers never write into `data`. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** The same in double precision: what comes from a file or a table before it is scaled. */
export interface WideMatrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/**
 * Largest magnitude a centred value may have: its square times any sensible width still fits in float32.
 */
export const MAGNITUDE_LIMIT = 1e17;

function widthOf(rows: readonly (readonly number[])[]): number {
  const cols = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== cols);
  if (odd >= 0)
    throw mlErrors.ML_SHAPE({ what: `row ${odd}`, expected: `${cols} values`, got: `${rows[odd]?.length}` });
  return cols;
}

/**
 * Makes a matrix of rows; for small inputs and tests.
 *
 * Shape   rows: n arrays of equal length
 * Throws  ML_SHAPE when the lengths differ
 */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const cols = widthOf(rows);
  return { data: Float32Array.from(rows.flat()), rows: rows.length, cols };
}

/** Like matrixOf, in double precision. */
export function wideMatrixOf(rows: readonly (readonly number[])[]): WideMatrix {
  const cols = widthOf(rows);
  return { data: Float64Array.from(rows.flat()), rows: rows.length, cols };
}

/**
 * Refuses a matrix whose values do not fill its shape, or without columns.
 *
 * Throws  ML_SHAPE
 */
export function checkShape({ data, rows, cols }: Matrix | WideMatrix, what = 'matrix'): void {
  if (cols < 1) throw mlErrors.ML_SHAPE({ what, expected: 'at least 1 column', got: `${cols}` });
  if (data.length === rows * cols) return;
  throw mlErrors.ML_SHAPE({ what, expected: `${rows} × ${cols} values`, got: `${data.length}` });
}

/**
 * Refuses a matrix that an estimator cannot work on.
 *
 * Shape   data must hold rows × cols values, cols at least 1
 * Throws  ML_SHAPE; ML_NOT_FINITE for NaN or ±Infinity, with the first place (rows and columns counted from 0)
 * Cost    one pass
 */
export function checkMatrix(matrix: Matrix | WideMatrix, what = 'matrix'): void {
  checkShape(matrix, what);
  const { data, cols } = matrix;
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at] as number;
    if (Number.isFinite(value)) continue;
    const problem = Number.isNaN(value) ? 'a missing value (NaN)' : 'an infinite value';
    throw mlErrors.ML_NOT_FINITE({ what, problem, row: Math.floor(at / cols), column: at % cols });
  }
}

/**
 * Copies chosen rows, in the order given; a row may be taken twice.
 *
 * Cost    O(indices × cols)
 */
export function takeRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { data, cols } = matrix;
  const out = new Float32Array(indices.length * cols);
  for (let i = 0; i < indices.length; i += 1) {
    const from = (indices[i] as number) * cols;
    for (let j = 0; j < cols; j += 1) out[i * cols + j] = data[from + j] as number;
  }
  return { data: out, rows: indices.length, cols };
}

/**
 * Column means in double precision.
 *
 * Shape   returns cols values; zeros when there is no row
 */
export function columnMeans(matrix: Matrix | WideMatrix): Float64Array {
  const { data, rows, cols } = matrix;
  const means = new Float64Array(cols);
  for (let at = 0; at < data.length;) {
    for (let j = 0; j < cols; j += 1, at += 1) means[j] = (means[j] as number) + (data[at] as number);
  }
  if (rows > 0) for (let j = 0; j < cols; j += 1) means[j] = (means[j] as number) / rows;
  return means;
}

/**
 * Population variances of the columns in double precision (divided by n, two passes).
 *
 * Shape   means: cols values, as columnMeans gives them
 */
export function columnVariances(matrix: Matrix | WideMatrix, means: Float64Array): Float64Array {
  const { data, rows, cols } = matrix;
  const sums = new Float64Array(cols);
  for (let at = 0; at < data.length;) {
    for (let j = 0; j < cols; j += 1, at += 1) {
      const difference = (data[at] as number) - (means[j] as number);
      sums[j] = (sums[j] as number) + difference * difference;
    }
  }
  if (rows > 0) for (let j = 0; j < cols; j += 1) sums[j] = (sums[j] as number) / rows;
  return sums;
}
