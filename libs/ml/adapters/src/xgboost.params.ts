import type { GbdtParams, GbdtRequest } from '@kohort/ml-propensity';
import { xgboostErrors } from './xgboost-errors';

/** Limits of the settings, as data. */
export const xgboostLimits: Readonly<Record<keyof GbdtParams, { min: number; max: number; integer?: true }>> = {
  iterations: { min: 1, max: 10_000, integer: true },
  learningRate: { min: 1e-4, max: 1 },
  maxDepth: { min: 1, max: 16, integer: true },
  minChildWeight: { min: 0, max: 1e6 },
  rowShare: { min: 0.01, max: 1 },
  columnShare: { min: 0.01, max: 1 },
  lambda: { min: 0, max: 1e6 },
  alpha: { min: 0, max: 1e6 },
  gamma: { min: 0, max: 1e6 },
};

/** Cells at most: the engine's heap ends at 2 GiB, and about 27 bytes a cell were measured at 1,000,000 × 20. */
export const MAX_XGBOOST_CELLS = 60_000_000;

const HIGHEST_BIN = 254;
const MISSING = -1;

/**
 * Checks a request before it reaches the engine, where a bad value is silent or ends the instance.
 *
 * Throws  XGBOOST_BAD_PARAMETER, XGBOOST_SHAPE, XGBOOST_TOO_LARGE, XGBOOST_BAD_BIN, XGBOOST_ONE_CLASS
 */
export function checkXgboostRequest({ rows: matrix, labels, params }: GbdtRequest): void {
  for (const [parameter, limit] of Object.entries(xgboostLimits)) {
    const value = params[parameter as keyof GbdtParams];
    const whole = limit.integer !== true || Number.isInteger(value);
    if (!(value >= limit.min && value <= limit.max && whole)) {
      const allowed = `${limit.min}..${limit.max}${limit.integer ? ', a whole number' : ''}`;
      throw xgboostErrors.XGBOOST_BAD_PARAMETER({ parameter, value, allowed });
    }
  }
  const { rows, cols, bins } = matrix;
  if (bins.length !== rows * cols || cols < 1) {
    throw xgboostErrors.XGBOOST_SHAPE({ what: 'the bin matrix', found: bins.length, expected: rows * cols });
  }
  if (labels.length !== rows)
    throw xgboostErrors.XGBOOST_SHAPE({ what: 'the labels', found: labels.length, expected: rows });
  if (bins.length > MAX_XGBOOST_CELLS) {
    throw xgboostErrors.XGBOOST_TOO_LARGE({ rows, columns: cols, allowed: MAX_XGBOOST_CELLS });
  }
  const bad = bins.findIndex((bin) => bin < MISSING || bin > HIGHEST_BIN);
  if (bad >= 0) {
    throw xgboostErrors.XGBOOST_BAD_BIN({ row: Math.floor(bad / cols), column: bad % cols, bin: bins[bad] as number });
  }
  const positives = labels.reduce((sum, label) => sum + (label === 1 ? 1 : 0), 0);
  if (positives === 0 || positives === rows) throw xgboostErrors.XGBOOST_ONE_CLASS({ positives, rows });
}

/**
 * The engine's settings, all of them: its own defaults differ from XGBoost's (subsample 0.5), and a misspelt or missing
 * one is silent.
 */
export function xgboostSettings({ params, labels, seed }: GbdtRequest): [string, string][] {
  const rate = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const settings: Record<string, string | number> = {
    booster: 'gbtree',
    objective: 'binary:logistic',
    base_score: rate,
    eta: params.learningRate,
    max_depth: params.maxDepth,
    min_child_weight: params.minChildWeight,
    subsample: params.rowShare,
    colsample_bytree: params.columnShare,
    colsample_bylevel: 1,
    lambda: params.lambda,
    alpha: params.alpha,
    gamma: params.gamma,
    max_delta_step: 0,
    scale_pos_weight: 1,
    tree_method: 'hist',
    grow_policy: 'depthwise',
    max_leaves: 0,
    max_bin: 256,
    seed: seed & 0x7fffffff,
    silent: 1,
  };
  return Object.entries(settings).map(([name, value]) => [name, String(value)]);
}
