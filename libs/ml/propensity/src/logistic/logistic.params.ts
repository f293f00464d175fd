import { propensityErrors } from '../propensity-errors';

/** Settings of the logistic regression. */
export interface LogisticParams {
  /** Inverse strength of the ridge penalty: the data's weight against ½·|w|². No unit. */
  readonly c: number;
  /** Whether a constant, not penalised, is fitted. */
  readonly intercept: boolean;
  /** Newton stops when no coefficient moves by more than this share of max(1, |coefficient|). */
  readonly tolerance: number;
  /** Newton steps at most; convergence is reported, not assumed. */
  readonly maxIterations: number;
}

export const logisticDefaults: LogisticParams = { c: 1, intercept: true, tolerance: 1e-10, maxIterations: 100 };

/** Limits as data, checked by `checkLogisticParams`. */
export const logisticLimits = {
  c: { above: 0, max: 1e12 },
  tolerance: { above: 0, max: 1e-2 },
  maxIterations: { above: 0, max: 10_000, integer: true },
} as const;

/** Matrix columns at most: the Hessian holds their square in 8-byte numbers. */
export const MAX_LOGISTIC_COLUMNS = 2_000;

/** Fills in defaults and checks limits. Throws LOGISTIC_BAD_PARAMETER. */
export function checkLogisticParams(params: Partial<LogisticParams>): LogisticParams {
  const filled = { ...logisticDefaults, ...params };
  for (const [name, limit] of Object.entries(logisticLimits)) {
    const value = filled[name as keyof typeof logisticLimits];
    const whole = !('integer' in limit) || Number.isInteger(value);
    if (!(value > limit.above && value <= limit.max && whole)) {
      throw propensityErrors.LOGISTIC_BAD_PARAMETER({
        parameter: name,
        value,
        allowed: `above ${limit.above}, at most ${limit.max}${'integer' in limit ? ', a whole number' : ''}`,
      });
    }
  }
  return filled;
}
