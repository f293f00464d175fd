import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster. */
export interface MiniBatchKmeansParams {
  /** Number of clusters. */
  readonly k: number;
  /** Rows of one batch. */
  readonly batchRows: number;
  /** Batches of one start: always so many. */
  readonly batches: number;
  /** Independent starts; the one that is best on a sample is kept. */
  readonly restarts: number;
  /** Rounds over all rows at the end. */
  readonly fullRounds: number;
}

export const miniBatchKmeansDefaults: MiniBatchKmeansParams = {
  k: 8,
  batchRows: 1024,
  batches: 100,
  restarts: 5,
  fullRounds: 3,
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

export const miniBatchKmeansLimits: ParamLimits<MiniBatchKmeansParams> = {
  k: whole(1, 4096, 'clusters', 'number of clusters'),
  batchRows: whole(1, 1_000_000, 'rows', 'rows of one batch'),
  batches: whole(1, 100_000, 'batches', 'batches of one start'),
  restarts: whole(1, 1000, 'starts', 'independent starts'),
  fullRounds: whole(1, 1000, 'rounds', 'rounds over all rows at the end'),
};
