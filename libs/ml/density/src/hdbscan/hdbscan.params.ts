import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster. */
export interface HdbscanParams {
  /** Rows, itself included, that must lie within a row's core distance. */
  readonly minPoints: number;
  /** Fewest rows of a cluster. */
  readonly minClusterSize: number;
  /** `eom`: the clusters of most excess of mass, of any density; `leaf`: the finest ones, more alike in size. */
  readonly selection: 'eom' | 'leaf';
  /** Whether all rows may be one cluster. Without it rows without structure are noise. */
  readonly allowSingleCluster: boolean;
}

export const hdbscanDefaults: HdbscanParams = {
  minPoints: 5,
  minClusterSize: 5,
  selection: 'eom',
  allowSingleCluster: false,
};

const rows = (min: number, max: number, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit: 'rows', help }) as const;

export const hdbscanLimits: ParamLimits<HdbscanParams> = {
  minPoints: rows(1, 1000, 'rows, itself included, within a core distance'),
  minClusterSize: rows(2, 10_000_000, 'fewest rows of a cluster'),
  selection: { kind: 'choice', allowed: ['eom', 'leaf'], help: 'clusters of most excess of mass, or the finest' },
  allowSingleCluster: { kind: 'flag', help: 'whether all rows may be one cluster' },
};
