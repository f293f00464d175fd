import type { FittedLogistic } from '@kohort/ml-propensity';
import type { DenseMatrix } from '@kohort/ml-preprocessing';
import type { Contributions } from './contributions';
import { explainErrors } from './explain-errors';

/** Mean of each column of the rows that contributions are measured against. Shape n×d in, d out. */
export function columnMeans({ rows, cols, data }: DenseMatrix): Float64Array {
  const means = new Float64Array(cols);
  for (let i = 0; i < data.length; i += 1) means[i % cols] = (means[i % cols] as number) + (data[i] as number) / rows;
  return means;
}

/**
 * What each column adds to the log-odds of a linear model: coefficient × (value − mean). For independent columns these
 * are the SHAP values.
 *
 * Shape   matrix: n×d; means: d; base is the margin at the means; base + a row's values = its margin
 * Units   log-odds
 * Throws  EXPLAIN_SHAPE
 * Source  Lundberg & Lee 2017, corollary 1
 */
export function linearContributions(
  fitted: Pick<FittedLogistic, 'coefficients' | 'intercept'>,
  matrix: DenseMatrix,
  means: ArrayLike<number>,
): Contributions {
  const { rows, cols, data } = matrix;
  const { coefficients, intercept } = fitted;
  for (const [what, found] of [
    ['a row', cols],
    ['the means', means.length],
  ] as const) {
    if (found !== coefficients.length)
      throw explainErrors.EXPLAIN_SHAPE({ what, found, expected: coefficients.length });
  }
  const base = coefficients.reduce((sum, w, j) => sum + w * (means[j] as number), intercept);
  const values = data.map((value, i) => (coefficients[i % cols] as number) * (value - (means[i % cols] as number)));
  return { rows, features: cols, base, values };
}
