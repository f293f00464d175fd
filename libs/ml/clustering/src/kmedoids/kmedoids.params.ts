import type { ParamLimits } from '@kohort/ml-core';
import type { Dissimilarity } from './dissimilarity';

/** How to cluster. */
export interface KmedoidsParams {
  /** Number of clusters. */
  readonly k: number;
  readonly dissimilarity: Dissimilarity;
  /** Most passes over all rows in search of a swap. */
  readonly maxPasses: number;
  /** Tables with more rows are clustered on samples, the best of which is kept; the result says so. */
  readonly mostRows: number;
  /** Rows of a sample, and how many are drawn. */
  readonly sampleRows: number;
  readonly samples: number;
}

export const kmedoidsDefaults: KmedoidsParams = {
  k: 8,
  dissimilarity: { kind: 'euclidean' },
  maxPasses: 100,
  mostRows: 5_000,
  sampleRows: 1_000,
  samples: 5,
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

/** The limits of the plain parameters; `dissimilarity` is checked against the table. */
export const kmedoidsLimits: Partial<ParamLimits<KmedoidsParams>> = {
  k: whole(1, 1000, 'clusters', 'number of clusters'),
  maxPasses: whole(1, 100_000, 'passes', 'most passes over all rows in search of a swap'),
  mostRows: whole(2, 20_000, 'rows', 'rows up to which all pairs are measured: 4·n² bytes'),
  sampleRows: whole(2, 20_000, 'rows', 'rows of a sample of larger tables'),
  samples: whole(1, 100, 'samples', 'samples drawn of larger tables'),
};
