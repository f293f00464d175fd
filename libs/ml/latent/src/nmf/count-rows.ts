import { checkMatrix, type Matrix } from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';

/** The values of a matrix that are not 0, row by row. */
export interface CountRows {
  readonly rows: number;
  readonly cols: number;
  /** rows + 1 places in `columns` and `values`. */
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** Keeps what is not 0. Throws ML_SHAPE, ML_NOT_FINITE, and LATENT_NEGATIVE with the first place below 0. */
export function countRowsOf(matrix: Matrix, estimator: string): CountRows {
  checkMatrix(matrix);
  const { data, rows, cols } = matrix;
  let kept = 0;
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at] as number;
    if (value < 0) throw latentErrors.LATENT_NEGATIVE({ estimator, row: Math.floor(at / cols), column: at % cols });
    if (value > 0) kept += 1;
  }
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

/** The same values column by column. */
export function turned({ rows, cols, starts, columns, values }: CountRows): CountRows {
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

/** Rows times a cols × k table: rows × k, row-major. */
export function timesTable(counts: CountRows, table: Float64Array, k: number): Float64Array {
  const { rows, starts, columns, values } = counts;
  const out = new Float64Array(rows * k);
  for (let i = 0; i < rows; i += 1) {
    const to = i * k;
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) {
      const value = values[at] as number;
      const from = (columns[at] as number) * k;
      for (let c = 0; c < k; c += 1) out[to + c] = (out[to + c] as number) + value * (table[from + c] as number);
    }
  }
  return out;
}

/** The k × k products of a table's columns. */
export function gram(table: Float64Array, k: number): Float64Array {
  const out = new Float64Array(k * k);
  for (let from = 0; from < table.length; from += k) {
    for (let a = 0; a < k; a += 1) {
      const value = table[from + a] as number;
      if (value === 0) continue;
      for (let b = 0; b < k; b += 1) out[a * k + b] = (out[a * k + b] as number) + value * (table[from + b] as number);
    }
  }
  return out;
}
