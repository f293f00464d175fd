import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster. */
export interface DbscanParams {
  /** Distance within which rows are neighbours, in the units of the matrix; exactly so far counts. */
  readonly eps: number;
  /** Neighbours, itself included, that make a row a core row. */
  readonly minPoints: number;
}

export const dbscanDefaults: DbscanParams = { eps: 0.5, minPoints: 5 };

export const dbscanLimits: ParamLimits<DbscanParams> = {
  eps: {
    kind: 'number',
    integer: false,
    min: Number.MIN_VALUE,
    max: 1e18,
    unit: 'units of the matrix',
    help: 'distance within which rows are neighbours',
  },
  minPoints: {
    kind: 'number',
    integer: true,
    min: 1,
    max: 1_000_000,
    unit: 'rows',
    help: 'neighbours, itself included, that make a row a core row',
  },
};
