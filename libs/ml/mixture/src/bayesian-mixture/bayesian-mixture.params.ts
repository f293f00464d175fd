import type { ParamLimits } from '@kohort/ml-core';
import { gaussianMixtureLimits, type GaussianMixtureParams } from '../gaussian-mixture/gaussian-mixture.params';

/** How to fit a mixture that chooses how many of its components it uses. */
export interface BayesianMixtureParams extends GaussianMixtureParams {
  /** Most components. */
  readonly k: number;
  /**
   * `process`: a Dirichlet process cut off at k, whose later components are less and less likely. `finite`: a Dirichlet
   * distribution over k alike components.
   */
  readonly weightPrior: 'process' | 'finite';
  /** Low values leave components empty, high ones use them all; 1/k when left out. */
  readonly concentration?: number;
  /** A start ends when the lower bound of the evidence, of all rows together, changes by less than this. */
  readonly tolerance: number;
}

export const bayesianMixtureDefaults: BayesianMixtureParams = {
  k: 10,
  covariance: 'full',
  weightPrior: 'process',
  start: { method: 'k-means', restarts: 1 },
  maxIterations: 300,
  tolerance: 1e-3,
  regularisation: 1e-6,
};

/** The limits of the plain parameters; `start` is checked by kind, `concentration` when it is given. */
export const bayesianMixtureLimits: Partial<ParamLimits<BayesianMixtureParams>> = {
  ...gaussianMixtureLimits,
  k: { kind: 'number', min: 1, max: 1024, integer: true, unit: 'components', help: 'most components' },
  weightPrior: { kind: 'choice', allowed: ['process', 'finite'], help: 'what is believed of the weights beforehand' },
  tolerance: {
    kind: 'number',
    min: 0,
    max: 1e6,
    integer: false,
    unit: 'nats',
    help: 'change of the lower bound at which a start ends',
  },
};

export const concentrationLimits: ParamLimits<{ concentration: number }> = {
  concentration: {
    kind: 'number',
    min: 1e-12,
    max: 1e12,
    integer: false,
    unit: 'imagined rows a component',
    help: 'low values leave components empty',
  },
};
