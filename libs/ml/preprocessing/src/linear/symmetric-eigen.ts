import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Eigenvalues falling, with their vectors. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** Row-major d×d: row k is the vector of value k. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric matrix.
 *
 * Shape   matrix: row-major d×d
 * Cost    O(d³)
 */
export function symmetricEigen(matrix: Float64Array, d: number): SymmetricEigen {
  const dense = Matrix.zeros(d, d);
  for (let i = 0; i < d; i += 1) for (let j = 0; j < d; j += 1) dense.set(i, j, matrix[i * d + j] as number);
  const eigen = new EigenvalueDecomposition(dense, { assumeSymmetric: true });
  const found = eigen.eigenvectorMatrix;
  const order = eigen.realEigenvalues
    .map((value, place) => ({ value, place }))
    .sort((a, b) => b.value - a.value || a.place - b.place);
  const vectors = new Float64Array(d * d);
  order.forEach(({ place }, k) => {
    for (let j = 0; j < d; j += 1) vectors[k * d + j] = found.get(j, place);
  });
  return { values: Float64Array.from(order, ({ value }) => value), vectors };
}
