import { brierScore, logLoss, rocAucInterval } from '@kohort/ml-metrics';
import { calibrate, type GbdtParams } from '@kohort/ml-propensity';
import { outOfFoldMargins } from './out-of-fold';
import { propensityModelErrors } from './propensity-errors';
import type { PropensityModelKind } from './propensity.params';
import type { LabelledTable, PropensityContext } from './train-model';

/** How to cross-validate. */
export interface CrossValidationSettings {
  readonly model: PropensityModelKind;
  /** 2..20 */
  readonly folds: number;
  readonly seed: number;
  readonly gbdt?: Partial<GbdtParams>;
}

/** Measures over all out-of-fold scores, with the names of the command's output. */
export interface CrossValidationMetrics {
  readonly auc: number;
  readonly auc_low: number;
  readonly auc_high: number;
  readonly log_loss: number;
  readonly brier: number;
}

export interface CrossValidation {
  /** n fold numbers, 0-based. */
  readonly fold: Uint8Array;
  /** n probabilities, each from a model that has not seen the row. */
  readonly scores: Float64Array;
  readonly metrics: CrossValidationMetrics;
}

/** Checks folds and seed. Throws PROPENSITY_BAD_PARAMETER. */
export function checkCrossValidation({ model, folds, seed }: CrossValidationSettings): void {
  const refuse = (parameter: string, value: string | number, allowed: string): never => {
    throw propensityModelErrors.PROPENSITY_BAD_PARAMETER({ parameter, value, allowed });
  };
  if (model !== 'gbdt' && model !== 'logistic') refuse('model', String(model), 'gbdt, logistic');
  if (!Number.isInteger(folds) || folds < 2 || folds > 20) refuse('folds', folds, 'a whole number from 2 to 20');
  if (!Number.isInteger(seed) || seed < 0) refuse('seed', seed, 'a whole number of at least 0');
}

/**
 * Scores every row with a model fitted on the other folds (stratified, dealt by the seed), and measures all scores
 * together.
 *
 * Shape   data: n rows with labels of 0 or 1; returns n folds and n scores in row order
 * Cost    one fit per fold
 * Throws  PROPENSITY_BAD_PARAMETER, PROPENSITY_TOO_FEW_ROWS; whatever the fits throw
 */
export async function crossValidatePropensity(
  data: LabelledTable,
  settings: CrossValidationSettings,
  context: PropensityContext,
): Promise<CrossValidation> {
  checkCrossValidation(settings);
  const { model: kind, folds, seed, gbdt } = settings;
  const positives = data.labels.reduce((sum, label) => sum + label, 0);
  const negatives = data.labels.length - positives;
  if (positives < folds || negatives < folds) {
    throw propensityModelErrors.PROPENSITY_TOO_FEW_ROWS({ folds, positives, negatives });
  }
  const { fold, margins } = await outOfFoldMargins(data, { kind, folds, seed, gbdt }, context);
  const scores = calibrate({ kind: 'none' }, margins);
  const { auc, low, high } = rocAucInterval(data.labels, scores);
  const metrics = {
    auc,
    auc_low: low,
    auc_high: high,
    log_loss: logLoss(data.labels, scores),
    brier: brierScore(data.labels, scores),
  };
  return { fold, scores, metrics };
}
