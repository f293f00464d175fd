import {
  breathe,
  checkMatrix,
  checkParams,
  countDistinctRows,
  mlErrors,
  type Matrix,
  type ParamLimits,
} from '@kohort/ml-core';
import { checkCoder, type CoderParams } from './coder.params';
import type { NeuralControl } from './coder';

/**
 * Refuses rows and parameters that no clustering through a network takes.
 *
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), ML_CANCELLED
 */
export async function checkTraining<P extends CoderParams & { readonly k: number }>(
  { estimator, limits }: { estimator: string; limits: Partial<ParamLimits<P>> },
  { matrix, params }: { matrix: Matrix; params: P },
  control: NeuralControl,
): Promise<void> {
  checkParams(estimator, params, limits);
  checkCoder(estimator, params);
  checkMatrix(matrix);
  const { k } = params;
  const named = `${estimator} with k = ${k}`;
  if (matrix.rows < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: named, needed: k, rows: matrix.rows });
  const distinct = countDistinctRows(matrix, k);
  if (distinct < k) {
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: named, needed: k, of: 'distinct rows', rows: distinct });
  }
  await breathe(control);
}
