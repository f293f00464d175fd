import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import { checkParams, columnMeans, mlErrors, type FitControl, type Matrix, type ParamLimits } from '@kohort/ml-core';

/** Where expectation-maximisation begins. */
export type MixtureStart =
  | {
      /** A clustering by k-means (one k-means++ start each); of the fits the one with the best bound is kept. */
      readonly method: 'k-means';
      readonly restarts: number;
    }
  | {
      readonly method: 'given';
      /** A clustering to begin from: one label of 0..k-1 a row. */
      readonly labels: readonly number[];
    };

const startLimits: ParamLimits<{ restarts: number }> = {
  restarts: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'starts', help: 'independent starts' },
};

/**
 * Refuses rows and starts that no mixture of k components can be fitted with.
 *
 * Throws  ML_PARAM, ML_SHAPE, ML_TOO_FEW_ROWS
 */
export function checkStart(estimator: string, matrix: Matrix, k: number, start: MixtureStart): void {
  if (matrix.rows < Math.max(2, k)) {
    const named = `${estimator} with k = ${k}`;
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: named, needed: Math.max(2, k), rows: matrix.rows });
  }
  if (start.method === 'k-means') return checkParams(estimator, start, startLimits);
  const fits = start.labels.length === matrix.rows && start.labels.every((c) => Number.isInteger(c) && c >= 0 && c < k);
  if (!fits) {
    const expected = `${matrix.rows} labels from 0 to ${k - 1}`;
    throw mlErrors.ML_SHAPE({ what: 'start labels', expected, got: `${start.labels.length} labels` });
  }
}

/** How many starts there are. */
export const startCount = (start: MixtureStart): number => (start.method === 'given' ? 1 : start.restarts);

/** The clustering of start `at`. Throws ML_TOO_FEW_ROWS when fewer than k rows differ, ML_NOT_FINITE. */
export async function startLabels(
  matrix: Matrix,
  { k, start, at }: { k: number; start: MixtureStart; at: number },
  control: FitControl,
): Promise<ArrayLike<number>> {
  if (start.method === 'given') return start.labels;
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: 1 } as const };
  const { signal, pool, random } = control;
  return (await kmeans.fit(matrix, params, { signal, pool, random: random.split(at) })).labels;
}

/** A point near the rows, to which everything is relative: sums keep their digits where data lie far from zero. */
export function originOf(matrix: Matrix): Float64Array {
  return columnMeans(matrix);
}
