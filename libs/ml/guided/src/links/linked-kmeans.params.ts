import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster under links. Must-links always hold. */
export interface LinkedKmeansParams {
  readonly k: number;
  /** `required`: a broken cannot-link refuses the fit. `preferred`: it costs, and is reported. */
  readonly cannotLinks: 'required' | 'preferred';
  /** What a broken cannot-link costs when preferred: multiples of the rows' mean squared distance from their mean. */
  readonly penalty: number;
  readonly restarts: number;
  readonly maxIterations: number;
}

export const linkedKmeansDefaults: LinkedKmeansParams = {
  k: 4,
  cannotLinks: 'preferred',
  penalty: 1,
  restarts: 5,
  maxIterations: 100,
};

/** The limits of the parameters. */
export const linkedKmeansLimits: ParamLimits<LinkedKmeansParams> = {
  k: { kind: 'number', min: 1, max: 4096, integer: true, unit: 'clusters', help: 'number of clusters' },
  cannotLinks: { kind: 'choice', allowed: ['required', 'preferred'], help: 'whether a broken link refuses the fit' },
  penalty: {
    kind: 'number',
    min: 0,
    max: 1e9,
    integer: false,
    unit: 'mean squared distances',
    help: 'cost of a broken link',
  },
  restarts: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'starts', help: 'independent starts' },
  maxIterations: {
    kind: 'number',
    min: 1,
    max: 100_000,
    integer: true,
    unit: 'rounds',
    help: 'most rounds of one start',
  },
};
