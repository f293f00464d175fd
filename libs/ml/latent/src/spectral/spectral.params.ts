import type { ParamLimits } from '@kohort/ml-core';

/** How rows are joined to a graph. */
export type SpectralAffinity =
  | {
      readonly method: 'neighbours';
      /** Others that each row names. */
      readonly neighbours: number;
    }
  | {
      readonly method: 'radial';
      /** Weight e^(−gamma · squared distance); left out: 1 / (columns · mean variance). */
      readonly gamma?: number;
    };

/** How to cluster by the graph of the rows. */
export interface SpectralParams {
  readonly k: number;
  readonly affinity: SpectralAffinity;
  /** Beyond so many rows a drawn sample carries the graph, and the others are placed by it (Nyström). */
  readonly mostRows: number;
  /** Starts of the k-means over the coordinates. */
  readonly restarts: number;
}

export const spectralDefaults: SpectralParams = {
  k: 4,
  affinity: { method: 'neighbours', neighbours: 10 },
  mostRows: 5_000,
  restarts: 10,
};

/** The limits of the plain parameters; `affinity` is checked by kind. */
export const spectralLimits: Partial<ParamLimits<SpectralParams>> = {
  k: { kind: 'number', min: 1, max: 256, integer: true, unit: 'clusters', help: 'number of clusters' },
  mostRows: { kind: 'number', min: 50, max: 20_000, integer: true, unit: 'rows', help: 'rows that carry the graph' },
  restarts: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'starts', help: 'starts of k-means' },
};

export const neighbourLimits: ParamLimits<{ neighbours: number }> = {
  neighbours: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'rows', help: 'others that each row names' },
};

export const gammaLimits: ParamLimits<{ gamma: number }> = {
  gamma: {
    kind: 'number',
    min: Number.MIN_VALUE,
    max: Number.MAX_VALUE,
    integer: false,
    unit: 'per squared distance',
    help: 'how fast weights fall with distance',
  },
};
