import { timesTable, transposed, type FitControl, type SparseMatrix } from '@kohort/ml-core';
import { leadingEigen } from './lanczos';

/** The strongest directions of a matrix's columns: singular values falling, each with its unit vector over the columns. */
export interface SingularVectors {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/**
 * The leading right singular vectors, without forming the product of the matrix with itself.
 *
 * Shape   answers at most `count` values and vectors of length cols
 * Cost    two passes over the values a step, and O(cols · steps²) to keep the directions apart
 * Throws  LATENT_NOT_CONVERGED, ML_CANCELLED
 * Source  Lanczos on the transposed product; held to scikit-learn through nmf.golden.json
 */
export async function singularVectors(
  matrix: SparseMatrix,
  { count, tolerance }: { readonly count: number; readonly tolerance: number },
  control: FitControl,
): Promise<SingularVectors> {
  const columns = transposed(matrix);
  const operator = {
    n: matrix.cols,
    apply: (from: Float64Array, to: Float64Array): void => to.set(timesTable(columns, timesTable(matrix, from, 1), 1)),
  };
  const { values, vectors } = await leadingEigen(operator, { count, tolerance }, { random: control.random, control });
  return { values: values.map((value) => Math.sqrt(Math.max(0, value))), vectors };
}
