import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster. */
export interface BoundedKmeansParams {
  /** Number of clusters. */
  readonly k: number;
  /** Fewest rows of a cluster. */
  readonly minSize: number;
  /** Most rows of a cluster; null: any. */
  readonly maxSize: number | null;
  /** Weight of each column's squared differences; null: all 1, 0 leaves a column out. */
  readonly weights: readonly number[] | null;
  /** Independent k-means++ starts without bounds; bounds hold from the best of them on. */
  readonly restarts: number;
  /** Most rounds of assign and update within the bounds. */
  readonly maxIterations: number;
}

export const boundedKmeansDefaults: BoundedKmeansParams = {
  k: 8,
  minSize: 1,
  maxSize: null,
  weights: null,
  restarts: 10,
  maxIterations: 50,
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

/** The limits of the plain parameters; `maxSize` and `weights` are checked against the table. */
export const boundedKmeansLimits: Partial<ParamLimits<BoundedKmeansParams>> = {
  k: whole(1, 200, 'clusters', 'number of clusters'),
  minSize: whole(0, 100_000_000, 'rows', 'fewest rows of a cluster'),
  restarts: whole(1, 1000, 'starts', 'independent starts without bounds'),
  maxIterations: whole(1, 10_000, 'rounds', 'most rounds of assign and update within the bounds'),
};
