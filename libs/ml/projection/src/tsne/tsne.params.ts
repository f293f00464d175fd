import type { ParamLimits } from '@kohort/ml-core';

/** How t-SNE lays rows out. */
export interface TsneParams {
  /** Effective number of neighbours of each row; at most (n − 1) / 3, less is taken where there are fewer rows. */
  readonly perplexity: number;
  /** Steps in all. */
  readonly iterations: number;
  /** Steps at the beginning in which neighbours attract `exaggeration` times as much. */
  readonly earlyIterations: number;
  readonly exaggeration: number;
  /** A cell is taken as one point when its width is below this share of its distance; 0 computes all pairs. */
  readonly angle: number;
}

export const tsneDefaults: TsneParams = {
  perplexity: 30,
  iterations: 1000,
  earlyIterations: 250,
  exaggeration: 12,
  angle: 0.5,
};

export const tsneLimits: ParamLimits<TsneParams> = {
  perplexity: {
    kind: 'number',
    min: 1,
    max: 500,
    integer: false,
    unit: 'neighbours',
    help: 'effective number of neighbours of each row',
  },
  iterations: { kind: 'number', min: 1, max: 20_000, integer: true, unit: 'steps', help: 'steps in all' },
  earlyIterations: {
    kind: 'number',
    min: 0,
    max: 20_000,
    integer: true,
    unit: 'steps',
    help: 'steps at the beginning with exaggerated attraction',
  },
  exaggeration: {
    kind: 'number',
    min: 1,
    max: 100,
    integer: false,
    unit: 'times',
    help: 'attraction of neighbours in the early steps',
  },
  angle: {
    kind: 'number',
    min: 0,
    max: 1,
    integer: false,
    unit: 'share of the distance',
    help: 'width of a cell that is taken as one point; 0 computes all pairs',
  },
};
