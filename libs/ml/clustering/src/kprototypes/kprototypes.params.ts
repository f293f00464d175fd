import type { ParamLimits } from '@kohort/ml-core';

/** Where the prototypes begin. */
export type KprototypesStart =
  | {
      /** Rows drawn in proportion to their distance from those drawn before. */
      readonly method: 'spread';
      /** Independent starts; the cheapest end is kept. */
      readonly restarts: number;
    }
  | {
      readonly method: 'rows';
      /** k rows of the table. */
      readonly rows: readonly number[];
    };

/** How to cluster. */
export interface KprototypesParams {
  /** Number of clusters. */
  readonly k: number;
  /** Columns whose values are category codes; the others are numbers (scale them first). */
  readonly categories: readonly number[];
  /**
   * What one differing category weighs against squared differences of numbers; null: half the mean variance of the
   * number columns (Huang 1997).
   */
  readonly gamma: number | null;
  /** Weight of each column; null: all 1. */
  readonly weights: readonly number[] | null;
  readonly start: KprototypesStart;
  /** Most rounds of assign and update in one start. */
  readonly maxIterations: number;
}

export const kprototypesDefaults: KprototypesParams = {
  k: 8,
  categories: [],
  gamma: null,
  weights: null,
  start: { method: 'spread', restarts: 5 },
  maxIterations: 100,
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

/** The limits of the plain parameters; the others are checked against the table. */
export const kprototypesLimits: Partial<ParamLimits<KprototypesParams>> = {
  k: whole(1, 1000, 'clusters', 'number of clusters'),
  maxIterations: whole(1, 100_000, 'rounds', 'most rounds of assign and update in one start'),
};

export const spreadLimits: ParamLimits<{ restarts: number }> = {
  restarts: whole(1, 1000, 'starts', 'independent starts'),
};
