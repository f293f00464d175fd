import { checkMatrix, columnMeans, columnVariances, mlErrors, type Matrix } from '@kohort/ml-core';

/** How far the middle of a group of rows has moved. */
export interface CentroidShift {
  /** Euclidean length of `byColumn`. */
  readonly distance: number;
  /** Later mean less earlier mean, in pooled standard deviations; 0 for a column that varies on neither side. */
  readonly byColumn: readonly number[];
}

/**
 * How far the centroid of rows has moved, each column in units of its own spread.
 *
 * Shape   before: m×d, after: n×d, at least 1 row each; returns d values
 * Units   pooled standard deviations (variances divided by n, weighted by rows); ±Infinity for a column that is constant
 *         on both sides, at different values
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS
 * Source  Cohen's d of each column
 */
export function centroidShift(before: Matrix, after: Matrix): CentroidShift {
  checkMatrix(before, 'earlier rows');
  checkMatrix(after, 'later rows');
  if (before.cols !== after.cols) {
    throw mlErrors.ML_SHAPE({ what: 'later rows', expected: `${before.cols} columns`, got: `${after.cols}` });
  }
  const fewest = Math.min(before.rows, after.rows);
  if (fewest < 1) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'centroid shift', needed: 1, rows: fewest });
  const [was, is] = [columnMeans(before), columnMeans(after)];
  const [spreadWas, spreadIs] = [columnVariances(before, was), columnVariances(after, is)];
  const byColumn = Array.from(was, (mean, j) => {
    const gap = (is[j] as number) - mean;
    const pooled = before.rows * (spreadWas[j] as number) + after.rows * (spreadIs[j] as number);
    return gap === 0 ? 0 : gap / Math.sqrt(pooled / (before.rows + after.rows));
  });
  return { distance: Math.hypot(...byColumn), byColumn };
}
