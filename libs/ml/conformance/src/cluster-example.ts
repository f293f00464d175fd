import { seededRandom } from '@kohort/kernel-clock-random';
import { takeRows, type Matrix } from '@kohort/ml-core';

/** Four well separated groups in three columns, 200 rows: any clustering must find them. */
export function fourGroups(seed: number): Matrix {
  const random = seededRandom(seed);
  const centres = [
    [0, 0, 0],
    [12, 0, 3],
    [0, 12, 6],
    [12, 12, 9],
  ];
  const rows = Array.from({ length: 200 }, (_, i) => (centres[i % 4] ?? []).map((c) => c + random.normal()));
  return { data: Float32Array.from(rows.flat()), rows: 200, cols: 3 };
}

/** What `estimatorContract` needs of a training set that is the matrix alone. */
export const clusterExample = {
  example: fourGroups,
  matrixOf: (matrix: Matrix): Matrix => matrix,
  withMatrix: (_old: Matrix, matrix: Matrix): Matrix => matrix,
  reorder: (matrix: Matrix, order: readonly number[]): Matrix => takeRows(matrix, order),
};
