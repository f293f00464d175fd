import type { ParamLimits } from '@kohort/ml-core';

/** How labels spread over the rows. */
export interface LabelSpreadingParams {
  readonly affinity:
    | { readonly method: 'neighbours'; readonly neighbours: number }
    /** Weight e^(−gamma · squared distance). */
    | { readonly method: 'radial'; readonly gamma: number };
  /** Share of a row's belief that comes from its neighbours; the rest is its own label. 0..1, both excluded. */
  readonly clamping: number;
  readonly maxIterations: number;
  /** Summed change of all beliefs at which it ends. */
  readonly tolerance: number;
}

export const labelSpreadingDefaults: LabelSpreadingParams = {
  affinity: { method: 'neighbours', neighbours: 7 },
  clamping: 0.2,
  maxIterations: 100,
  tolerance: 1e-3,
};

/** The limits of the plain parameters; `affinity` is checked by kind. */
export const labelSpreadingLimits: Partial<ParamLimits<LabelSpreadingParams>> = {
  clamping: {
    kind: 'number',
    min: 1e-6,
    max: 1 - 1e-6,
    integer: false,
    unit: 'share of one',
    help: 'belief from neighbours',
  },
  maxIterations: { kind: 'number', min: 1, max: 100_000, integer: true, unit: 'rounds', help: 'most rounds' },
  tolerance: { kind: 'number', min: 0, max: 1e6, integer: false, unit: 'beliefs', help: 'change at which it ends' },
};

export const affinityLimits: {
  readonly neighbours: ParamLimits<{ neighbours: number }>;
  readonly radial: ParamLimits<{ gamma: number }>;
} = {
  neighbours: {
    neighbours: { kind: 'number', min: 1, max: 1000, integer: true, unit: 'rows', help: 'others that each row names' },
  },
  radial: {
    gamma: {
      kind: 'number',
      min: Number.MIN_VALUE,
      max: Number.MAX_VALUE,
      integer: false,
      unit: 'per squared distance',
      help: 'how fast weights fall with distance',
    },
  },
};
