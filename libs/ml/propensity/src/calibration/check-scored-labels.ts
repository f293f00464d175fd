import { propensityErrors } from '../propensity-errors';

/** Counts positives; both outcomes must be there. Throws CALIBRATION_SHAPE, CALIBRATION_ONE_CLASS. */
export function countCalibrationPositives(margins: Float64Array, labels: Uint8Array): number {
  if (margins.length !== labels.length) {
    throw propensityErrors.CALIBRATION_SHAPE({ labels: labels.length, scores: margins.length });
  }
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === labels.length) {
    throw propensityErrors.CALIBRATION_ONE_CLASS({ positives, rows: labels.length });
  }
  return positives;
}
