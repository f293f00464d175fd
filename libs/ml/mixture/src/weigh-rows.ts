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

/** What weighing rows needs of a stored mixture. */
export interface WeighingModel {
  readonly k: number;
  readonly cols: number;
  readonly covariance: CovarianceType;
  readonly origin: Float64Array;
  readonly components: GaussianComponents;
}

/** The kernel's form of the factors. */
export const factorOf = (covariance: CovarianceType): 'triangle' | 'diagonal' =>
  covariance === 'full' || covariance === 'tied' ? 'triangle' : 'diagonal';

function weigh<T>(
  model: WeighingModel,
  matrix: Matrix,
  { control, keep, read }: { control: ComputeControl; keep: 'labels' | 'shares'; read: (work: GaussianWorkspace) => T },
): T {
  const { k, cols, covariance, origin, components } = model;
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

/**
 * The likeliest component of every row.
 *
 * Shape   matrix: n × the training columns; answers n labels in 0..k-1
 * Ties    the lowest component wins
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
export function likeliest(model: WeighingModel, matrix: Matrix, control: ComputeControl): Uint16Array {
  return weigh(model, matrix, { control, keep: 'labels', read: (work) => Uint16Array.from(work.labels) });
}

/**
 * Probabilities of the components, and the density of each row.
 *
 * Shape   matrix: n × the training columns
 * Cost    O(n·k·d²); 8·n·(k + 1) bytes
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
export function sharesOf(model: WeighingModel, matrix: Matrix, control: ComputeControl): MixtureShares {
  const read = (work: GaussianWorkspace): MixtureShares => ({
    probabilities: Float64Array.from(work.shares),
    logDensities: Float64Array.from(work.logLikelihoods),
  });
  return weigh(model, matrix, { control, keep: 'shares', read });
}
