import type { ParamLimits } from '@kohort/ml-core';
import { logisticLimits } from '../logistic/logistic.params';

/** Settings of the regression over several classes. */
export interface SoftmaxParams {
  /** Inverse strength of the ridge penalty: the data's weight against ½·|w|². */
  readonly c: number;
  /** Largest slope at which the fit ends, as a share of the first one. */
  readonly tolerance: number;
  /** Steps at most; convergence is reported, not assumed. */
  readonly maxIterations: number;
}

export const softmaxDefaults: SoftmaxParams = { c: 1, tolerance: 1e-6, maxIterations: 500 };

export const softmaxLimits: ParamLimits<SoftmaxParams> = {
  c: logisticLimits.c,
  tolerance: {
    kind: 'number',
    min: 0,
    max: 1,
    integer: false,
    unit: 'share of the first slope',
    help: 'largest slope at which the fit ends',
  },
  maxIterations: { kind: 'number', min: 1, max: 100_000, integer: true, unit: 'steps', help: 'most steps' },
};
