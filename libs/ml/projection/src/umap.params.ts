import type { ParamLimits } from '@kohort/ml-core';

/** How UMAP lays rows out. */
export interface UmapParams {
  /** Neighbours of each row, itself among them; few show detail, many the whole. */
  readonly neighbours: number;
  /** How near points may come to each other in the picture. */
  readonly leastDistance: number;
  /** Rounds; 0 leaves it to the engine: 500 up to 2,500 rows, fewer above. */
  readonly epochs: number;
}

export const umapDefaults: UmapParams = { neighbours: 15, leastDistance: 0.1, epochs: 0 };

export const umapLimits: ParamLimits<UmapParams> = {
  neighbours: {
    kind: 'number',
    min: 2,
    max: 200,
    integer: true,
    unit: 'rows',
    help: 'neighbours of each row, itself among them',
  },
  leastDistance: {
    kind: 'number',
    min: 0,
    max: 0.99,
    integer: false,
    unit: 'units of the picture',
    help: 'how near points may come to each other',
  },
  epochs: {
    kind: 'number',
    min: 0,
    max: 5000,
    integer: true,
    unit: 'rounds',
    help: 'rounds; 0 leaves it to the engine',
  },
};
