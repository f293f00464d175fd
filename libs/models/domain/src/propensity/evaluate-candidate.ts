import { seededRandom } from '@kohort/kernel-clock-random';
import {
  brierScore,
  calibrationTable,
  logLoss,
  rocAucInterval,
  topLift,
  type AucInterval,
  type CalibrationTable,
} from '@kohort/ml-metrics';
import { calibrate, chooseCalibration, type Calibration } from '@kohort/ml-propensity';
import { outOfFoldMargins } from './out-of-fold';
import type { PropensityModel } from './propensity-artifact';
import { CALIBRATION_FOLDS } from './propensity.params';
import {
  modelMargins,
  trainModel,
  type LabelledTable,
  type PropensityContext,
  type TrainSettings,
} from './train-model';

/** One fitted model and how it did on later data. */
export interface Candidate {
  readonly model: PropensityModel;
  readonly calibration: Calibration;
  /** Log-odds of the later rows, before calibration. */
  readonly testMargins: Float64Array;
  readonly auc: AucInterval;
  readonly logLoss: number;
  readonly brier: number;
  readonly liftTopDecile: number;
  readonly calibrationTable: CalibrationTable;
}

/**
 * Fits a model on the earlier rows, calibrates it on out-of-fold margins of the earlier rows, and measures it on the
 * later ones, which neither fit has seen.
 */
export async function evaluateCandidate(
  data: { readonly train: LabelledTable; readonly test: LabelledTable },
  settings: TrainSettings,
  context: PropensityContext,
): Promise<Candidate> {
  const { train, test } = data;
  const held = await outOfFoldMargins(train, { ...settings, folds: CALIBRATION_FOLDS }, context);
  const random = seededRandom(settings.seed).split(`calibration ${settings.kind}`);
  const { calibration } = chooseCalibration(held.margins, train.labels, random);
  const model = await trainModel(train, settings, context);
  const testMargins = modelMargins(model, test.table);
  const probabilities = calibrate(calibration, testMargins);
  return {
    model,
    calibration,
    testMargins,
    auc: rocAucInterval(test.labels, testMargins),
    logLoss: logLoss(test.labels, probabilities),
    brier: brierScore(test.labels, probabilities),
    liftTopDecile: topLift(test.labels, testMargins).lift,
    calibrationTable: calibrationTable(test.labels, probabilities),
  };
}
