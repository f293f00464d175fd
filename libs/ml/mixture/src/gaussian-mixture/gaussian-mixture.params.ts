import type { ParamLimits } from '@kohort/ml-core';
import { COVARIANCE_TYPES, type CovarianceType } from '../covariance/covariance-type';
import type { MixtureStart } from '../mixture-start';

/** How to fit a mixture of Gaussians. */
export interface GaussianMixtureParams {
  /** Number of components. */
  readonly k: number;
  readonly covariance: CovarianceType;
  readonly start: MixtureStart;
  /** Most rounds of expectation-maximisation in one start. */
  readonly maxIterations: number;
  /** A start ends when the mean log likelihood of a row changes by less than this. */
  readonly tolerance: number;
  /** Added to every variance, in squared units of the rows: keeps covariances of few or repeated rows invertible. */
  readonly regularisation: number;
}

export const gaussianMixtureDefaults: GaussianMixtureParams = {
  k: 4,
  covariance: 'full',
  start: { method: 'k-means', restarts: 3 },
  maxIterations: 100,
  tolerance: 1e-3,
  regularisation: 1e-6,
};

/** The limits of the plain parameters; `start` is checked by kind. */
export const gaussianMixtureLimits: Partial<ParamLimits<GaussianMixtureParams>> = {
  k: { kind: 'number', min: 1, max: 1024, integer: true, unit: 'components', help: 'number of components' },
  covariance: { kind: 'choice', allowed: COVARIANCE_TYPES, help: 'the shape a component may have' },
  maxIterations: {
    kind: 'number',
    min: 1,
    max: 100_000,
    integer: true,
    unit: 'rounds',
    help: 'most rounds of expectation-maximisation in one start',
  },
  tolerance: {
    kind: 'number',
    min: 0,
    max: 1,
    integer: false,
    unit: 'log likelihood a row',
    help: 'change at which a start ends',
  },
  regularisation: {
    kind: 'number',
    min: 0,
    max: 1e12,
    integer: false,
    unit: 'squared units of the rows',
    help: 'added to every variance',
  },
};
