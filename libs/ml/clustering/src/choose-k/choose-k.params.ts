import type { ParamLimits } from '@kohort/ml-core';

/** How to look for a number of clusters. */
export interface ChooseKParams {
  readonly kMin: number;
  /** Where the sweep first ends; it goes on by fives while silhouettes still rise at its end. */
  readonly kMax: number;
  /** Where it ends for good. */
  readonly kLimit: number;
  /** k-means starts for each k. */
  readonly restarts: number;
  /** Bootstrap resamples for each k. */
  readonly resamples: number;
  /** Rows the sweep is run on, drawn at random from larger tables. */
  readonly sampleRows: number;
  /** Rows of the sample that silhouette and stability are measured on. */
  readonly scoredRows: number;
}

export const chooseKDefaults: ChooseKParams = {
  kMin: 2,
  kMax: 10,
  kLimit: 30,
  restarts: 10,
  resamples: 10,
  sampleRows: 20_000,
  scoredRows: 5_000,
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

export const chooseKLimits: ParamLimits<ChooseKParams> = {
  kMin: whole(2, 1000, 'clusters', 'smallest number of clusters'),
  kMax: whole(2, 1000, 'clusters', 'largest number of clusters tried at first'),
  kLimit: whole(2, 1000, 'clusters', 'largest number of clusters tried at all'),
  restarts: whole(1, 1000, 'starts', 'k-means starts for each k'),
  resamples: whole(2, 1000, 'resamples', 'bootstrap resamples for each k'),
  sampleRows: whole(100, 10_000_000, 'rows', 'rows the sweep is run on'),
  scoredRows: whole(100, 100_000, 'rows', 'rows silhouette and stability are measured on'),
};
