import { MAGNITUDE_LIMIT, checkMatrix, checkShape, mlErrors, type Matrix } from '@kohort/ml-core';

/**
 * Refuses values that no algorithm can work on: ±Infinity, magnitudes whose squares leave float32, and missing values
 * where they mean nothing.
 *
 * Throws  ML_SHAPE, ML_NOT_FINITE
 * Cost    one pass
 */
export function checkRows(matrix: Matrix, missing: 'refused' | 'handled'): void {
  if (missing === 'refused') checkMatrix(matrix);
  else checkShape(matrix);
  const { data, cols } = matrix;
  for (let at = 0; at < data.length; at += 1) {
    const value = Math.abs(data[at] as number);
    if (!(value > MAGNITUDE_LIMIT)) continue;
    if (value === Infinity) {
      const problem = 'an infinite value';
      throw mlErrors.ML_NOT_FINITE({ what: 'matrix', problem, row: Math.floor(at / cols), column: at % cols });
    }
    throw mlErrors.ML_SHAPE({ what: 'values', expected: `magnitudes up to ${MAGNITUDE_LIMIT}`, got: `${value}` });
  }
}
