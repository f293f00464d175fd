import type { ParamLimits } from '@kohort/ml-core';

/** Where the parts begin. */
export type NmfStart =
  | {
      /** From the leading singular vectors, what is 0 there filled with the mean count (Boutsidis & Gallopoulos 2008). */
      readonly method: 'singular-vectors';
    }
  | {
      /** From random numbers; the best of several starts is kept. */
      readonly method: 'random';
      readonly restarts: number;
    }
  | {
      readonly method: 'given';
      /** n × k. */
      readonly amounts: readonly number[];
      /** k × d. */
      readonly parts: readonly number[];
    };

/** How to take counts apart. */
export interface NmfParams {
  /** Number of parts, and of clusters. */
  readonly k: number;
  readonly start: NmfStart;
  readonly maxIterations: number;
  /** A start ends when the slopes left are this share of those at the beginning (scikit-learn's rule). */
  readonly tolerance: number;
}

export const nmfDefaults: NmfParams = {
  k: 4,
  start: { method: 'singular-vectors' },
  maxIterations: 300,
  tolerance: 1e-4,
};

/** The limits of the plain parameters; `start` is checked by kind. */
export const nmfLimits: Partial<ParamLimits<NmfParams>> = {
  k: { kind: 'number', min: 1, max: 1024, integer: true, unit: 'parts', help: 'number of parts' },
  maxIterations: {
    kind: 'number',
    min: 1,
    max: 100_000,
    integer: true,
    unit: 'rounds',
    help: 'most rounds of one start',
  },
  tolerance: {
    kind: 'number',
    min: 0,
    max: 1,
    integer: false,
    unit: 'share of the first slopes',
    help: 'slopes at which a start ends',
  },
};

export const nmfStartLimits: ParamLimits<{ restarts: number }> = {
  restarts: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'starts', help: 'independent starts' },
};
