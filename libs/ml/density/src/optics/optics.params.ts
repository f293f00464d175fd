import type { ParamLimits } from '@kohort/ml-core';

/** How clusters are read off the reachability plot. */
export type OpticsExtraction =
  | {
      /** Valleys between steep slopes (Ankerst et al. 1999, section 4.3). */
      readonly method: 'xi';
      /** Least relative fall of reachability at a steep place. */
      readonly xi: number;
      /** Fewest rows of a cluster. */
      readonly minClusterSize: number;
    }
  | {
      /** What DBSCAN would find at this eps, but for border rows. */
      readonly method: 'dbscan';
      readonly eps: number;
    };

/** How to order and cluster. */
export interface OpticsParams {
  /** Rows, itself included, that must lie within a row's core distance. */
  readonly minPoints: number;
  /** Rows farther apart do not reach each other; in units of the matrix. */
  readonly maxRadius: number;
  readonly extraction: OpticsExtraction;
}

/** A radius that leaves out no pair. */
export const ANY_RADIUS = 1e18;

export const opticsDefaults: OpticsParams = {
  minPoints: 5,
  maxRadius: ANY_RADIUS,
  extraction: { method: 'xi', xi: 0.05, minClusterSize: 5 },
};

const rows = (min: number, max: number, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit: 'rows', help }) as const;
const distance = (help: string) =>
  ({
    kind: 'number',
    integer: false,
    min: Number.MIN_VALUE,
    max: ANY_RADIUS,
    unit: 'units of the matrix',
    help,
  }) as const;

/** The limits of the plain parameters; `extraction` is checked by kind. */
export const opticsLimits: Partial<ParamLimits<OpticsParams>> = {
  minPoints: rows(2, 1000, 'rows, itself included, within a core distance'),
  maxRadius: distance('distance beyond which rows do not reach each other'),
};

export const xiLimits: ParamLimits<{ xi: number; minClusterSize: number }> = {
  xi: {
    kind: 'number',
    integer: false,
    min: 1e-6,
    max: 0.999,
    unit: 'share of one',
    help: 'least relative fall of reachability at a steep place',
  },
  minClusterSize: rows(2, 10_000_000, 'fewest rows of a cluster'),
};

export const cutLimits: ParamLimits<{ eps: number }> = { eps: distance('reachability at which the plot is cut') };
