import { checkMatrix, mlErrors, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { featureTable, numericColumn, pca, type FeatureTable } from '@kohort/ml-preprocessing';

/** Rows on their first two principal components. */
export interface PrincipalPlane {
  /** n × 2; the second coordinate is 0 where there is but one column. */
  readonly points: Matrix;
  /** Share of the variance along each axis; share of one. */
  readonly explainedShare: readonly number[];
}

function tableOf({ data, rows, cols }: Matrix): FeatureTable {
  const columns = Array.from({ length: cols }, (_, j) => {
    const values = new Float64Array(rows);
    for (let i = 0; i < rows; i += 1) values[i] = data[i * cols + j] as number;
    return { kind: 'numeric', name: `c${j}`, values } as const;
  });
  return featureTable(rows, columns);
}

/**
 * The plane along which rows vary most.
 *
 * Shape   matrix: n×d, n at least 3; returns n × 2
 * Units   those of the matrix: distances in the plane are never above those in the data
 * Ties    signs as the transformer `pca` gives them
 * Cost    that of `pca`; every row is projected, none is left out
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, ML_CANCELLED; PREPROCESSING_COLUMN_CONSTANT when all rows are alike
 * Source  held to scikit-learn by the transformer's own golden file
 */
export async function principalPlane(matrix: Matrix, control: ComputeControl = {}): Promise<PrincipalPlane> {
  checkMatrix(matrix);
  if (matrix.rows < 3) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'PCA', needed: 3, rows: matrix.rows });
  const components = Math.min(2, matrix.cols);
  const { fitted, table } = await pca.fitTransform(tableOf(matrix), pca.readParams({ components }), control);
  const data = new Float32Array(2 * matrix.rows);
  for (let k = 0; k < components; k += 1) {
    const { values } = numericColumn(table, `pca${k + 1}`);
    for (let i = 0; i < matrix.rows; i += 1) data[2 * i + k] = values[i] as number;
  }
  return { points: { data, rows: matrix.rows, cols: 2 }, explainedShare: fitted.explainedShare };
}
