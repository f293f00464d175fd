import {
  GaussianWorkspace,
  checkWidth,
  poolOf,
  type ComputeControl,
  type GaussianComponents,
  type Matrix,
} from '@kohort/ml-core';
import type { CovarianceType } from './covariance/covariance-type';

/** How sure a mixture is of each row. */
export interface MixtureShares {
  /** n × k, row-major: the probability of each component; a row sums to 1, below 5e-18 is 0. */
  readonly probabilities: Float64Array;
  /** Log density of each row: low ones are outliers. */
  readonly logDensities: Float64Array;
}

/** What weighing rows needs of a stored mixture, beside its components. */
export interface StoredMixture {
  readonly k: number;
  readonly cols: number;
  readonly covariance: CovarianceType;
  readonly origin: Float64Array;
}

/** What a mixture answers of rows that it need not have been fitted to. */
export interface RowAnswers<Fitted> {
  readonly predict: (fitted: Fitted, matrix: Matrix, control?: ComputeControl) => Promise<Uint16Array>;
  readonly probabilities: (fitted: Fitted, matrix: Matrix, control?: ComputeControl) => MixtureShares;
}

/** The kernel's form of the factors. */
export const factorOf = (covariance: CovarianceType): 'triangle' | 'diagonal' =>
  covariance === 'full' || covariance === 'tied' ? 'triangle' : 'diagonal';

interface Weighing<T> {
  readonly components: GaussianComponents;
  readonly control: ComputeControl;
  readonly keep: 'labels' | 'shares';
  readonly read: (work: GaussianWorkspace) => T;
}

function weigh<T>(stored: StoredMixture, matrix: Matrix, { components, control, keep, read }: Weighing<T>): T {
  const { k, cols, covariance, origin } = stored;
  checkWidth(cols, matrix);
  const use = { k, factor: factorOf(covariance), moments: 'none', keep } as const;
  const work = new GaussianWorkspace(poolOf(control), matrix, use);
  try {
    work.load(origin);
    if (matrix.rows > 0) work.pass(components);
    return read(work);
  } finally {
    work.release();
  }
}

const labelsOf = (work: GaussianWorkspace): Uint16Array => Uint16Array.from(work.labels);

const sharesOf = (work: GaussianWorkspace): MixtureShares => ({
  probabilities: Float64Array.from(work.shares),
  logDensities: Float64Array.from(work.logLikelihoods),
});

/**
 * `predict` answers the likeliest component of every row, `probabilities` how likely each component is and the density of
 * each row (of a Bayesian mixture: the expected one). A row's answer does not depend on the rows beside it.
 *
 * Shape   matrix: n × the training columns; labels 0..k-1
 * Ties    the lowest component wins
 * Cost    O(n·k·d²); probabilities 8·n·(k + 1) bytes
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
export function rowAnswers<Fitted extends StoredMixture>(
  componentsOf: (fitted: Fitted) => GaussianComponents,
): RowAnswers<Fitted> {
  return {
    predict: async (fitted, matrix, control = {}) =>
      weigh(fitted, matrix, { components: componentsOf(fitted), control, keep: 'labels', read: labelsOf }),
    probabilities: (fitted, matrix, control = {}) =>
      weigh(fitted, matrix, { components: componentsOf(fitted), control, keep: 'shares', read: sharesOf }),
  };
}
