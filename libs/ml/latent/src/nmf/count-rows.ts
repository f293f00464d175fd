import { checkMatrix, checkSparse, sparseOf, type Matrix, type SparseMatrix } from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';

/**
 * Keeps what is not 0; a sparse matrix is only checked.
 *
 * Throws  ML_SHAPE, ML_NOT_FINITE, and LATENT_NEGATIVE with the first place below 0
 */
export function countRowsOf(matrix: Matrix | SparseMatrix, estimator: string): SparseMatrix {
  if ('data' in matrix) checkMatrix(matrix);
  else checkSparse(matrix);
  const counts = 'data' in matrix ? sparseOf(matrix) : matrix;
  const at = counts.values.findIndex((value) => value < 0);
  if (at < 0) return counts;
  const row = counts.starts.findIndex((start) => start > at) - 1;
  throw latentErrors.LATENT_NEGATIVE({ estimator, row, column: counts.columns[at] as number });
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
