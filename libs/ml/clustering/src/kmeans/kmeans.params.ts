import type { ParamLimits } from '@kohort/ml-core';

/** Where the centroids begin. */
export type KmeansStart =
  | {
      /** Greedy k-means++ (Arthur & Vassilvitskii 2007): 2 + ⌊ln k⌋ candidates a step, the best kept. */
      readonly method: 'k-means++';
      /** Independent starts; the fit with the smallest inertia is kept. */
      readonly restarts: number;
    }
  | {
      readonly method: 'given';
      /** k × d values, row-major, in the units of the matrix. */
      readonly centroids: readonly number[];
    };

/** How to cluster. */
export interface KmeansParams {
  /** Number of clusters. */
  readonly k: number;
  readonly start: KmeansStart;
  /** Most rounds of assign-and-update in one start. */
  readonly maxIterations: number;
  /**
   * A start ends when the centroids' summed squared shift falls to this share of the columns' mean variance
   * (scikit-learn's rule). 0: only when no label changes.
   */
  readonly tolerance: number;
}

export const kmeansDefaults: KmeansParams = {
  k: 8,
  start: { method: 'k-means++', restarts: 10 },
  maxIterations: 300,
  tolerance: 1e-4,
};

/** The limits of the plain parameters; `start` is checked by kind. */
export const kmeansLimits: Partial<ParamLimits<KmeansParams>> = {
  k: { kind: 'number', min: 1, max: 4096, integer: true, unit: 'clusters', help: 'number of clusters' },
  maxIterations: {
    kind: 'number',
    min: 1,
    max: 100_000,
    integer: true,
    unit: 'rounds',
    help: 'most rounds of assign and update in one start',
  },
  tolerance: {
    kind: 'number',
    min: 0,
    max: 1,
    integer: false,
    unit: 'share of the mean column variance',
    help: 'summed squared shift of the centroids at which a start ends',
  },
};

export const kmeansStartLimits: ParamLimits<{ restarts: number }> = {
  restarts: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'starts', help: 'independent starts' },
};
