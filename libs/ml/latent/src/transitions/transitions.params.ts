import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster people by the order of their events. */
export interface TransitionsParams {
  readonly k: number;
  /**
   * Steps of the average person that each person is credited with: a person of few steps is then like everybody, not like a
   * stranger.
   */
  readonly smoothing: number;
  /** Starts of the k-means over the transition features. */
  readonly restarts: number;
}

export const transitionsDefaults: TransitionsParams = { k: 4, smoothing: 2, restarts: 10 };

/** The limits of the parameters. */
export const transitionsLimits: ParamLimits<TransitionsParams> = {
  k: { kind: 'number', min: 1, max: 1024, integer: true, unit: 'clusters', help: 'number of clusters' },
  smoothing: {
    kind: 'number',
    min: 1e-6,
    max: 1e6,
    integer: false,
    unit: 'steps',
    help: 'steps of the average person',
  },
  restarts: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'starts', help: 'starts of k-means' },
};
