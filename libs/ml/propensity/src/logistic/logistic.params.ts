import type { ParamLimits } from '@kohort/ml-core';

/** Settings of the logistic regression. */
export interface LogisticParams {
  /** Inverse strength of the ridge penalty: the data's weight against ½·|w|². */
  readonly c: number;
  /** Whether a constant, not penalised, is fitted. */
  readonly intercept: boolean;
  /** Newton stops when no coefficient moves by more than this share of max(1, |coefficient|). */
  readonly tolerance: number;
  /** Newton steps at most; convergence is reported, not assumed. */
  readonly maxIterations: number;
}

export const logisticDefaults: LogisticParams = { c: 1, intercept: true, tolerance: 1e-10, maxIterations: 100 };

export const logisticLimits: ParamLimits<LogisticParams> = {
  c: {
    kind: 'number',
    min: 1e-12,
    max: 1e12,
    integer: false,
    unit: 'weight of the data against the penalty',
    help: 'inverse strength of the ridge penalty',
  },
  intercept: { kind: 'flag', help: 'whether a constant is fitted' },
  tolerance: {
    kind: 'number',
    min: 1e-15,
    max: 1e-2,
    integer: false,
    unit: 'share of max(1, |coefficient|)',
    help: 'largest move of a coefficient at which the fit ends',
  },
  maxIterations: { kind: 'number', min: 1, max: 10_000, integer: true, unit: 'steps', help: 'most Newton steps' },
};

/** Matrix columns at most: the Hessian holds their square in 8-byte numbers. */
export const MAX_LOGISTIC_COLUMNS = 2_000;
