import { shuffle, type Random } from '@kohort/kernel-clock-random';
import { logLoss } from '@kohort/ml-metrics';
import type { Calibration, CalibrationKind } from './calibration.state';
import { countCalibrationPositives } from './check-scored-labels';
import { fitIsotonic, isotonicRate } from './isotonic';
import { fitPlatt } from './platt';

/** The chosen curve and what spoke for it. */
export interface ChosenCalibration {
  readonly calibration: Calibration;
  /** Mean log loss of each kind on rows its curve was not fitted on; lower is better. */
  readonly logLossByKind: Readonly<Record<CalibrationKind, number>>;
}

const FOLDS = 5;
/** A step curve on fewer rows follows noise. */
const MIN_ISOTONIC_ROWS = 1_000;

/** Fits one kind of curve to held-out margins. Throws CALIBRATION_SHAPE, CALIBRATION_ONE_CLASS. */
export function fitCalibration(kind: CalibrationKind, margins: Float64Array, labels: Uint8Array): Calibration {
  if (kind === 'platt') return fitPlatt(margins, labels);
  if (kind === 'isotonic') return fitIsotonic(margins, labels);
  return { kind: 'none' };
}

/** Probabilities of margins. Shape n in, n out. */
export function calibrate(calibration: Calibration, margins: Float64Array): Float64Array {
  if (calibration.kind === 'isotonic') return margins.map((margin) => isotonicRate(calibration, margin));
  const { slope, offset } = calibration.kind === 'platt' ? calibration : { slope: 1, offset: 0 };
  return margins.map((margin) => 1 / (1 + Math.exp(-(slope * margin + offset))));
}

/**
 * Chooses between no curve, Platt's and an isotonic one by log loss on rows that the curve was not fitted on (five
 * seeded stratified folds), then fits the chosen one on all rows.
 *
 * Shape   margins: n log-odds from a model that has not seen these rows; labels: n of 0 or 1
 * Ties    the simpler curve wins: none, then platt, then isotonic
 * Throws  CALIBRATION_SHAPE, CALIBRATION_ONE_CLASS
 */
export function chooseCalibration(margins: Float64Array, labels: Uint8Array, random: Random): ChosenCalibration {
  const positives = countCalibrationPositives(margins, labels);
  const fits = Math.min(positives, labels.length - positives) >= 2 * FOLDS;
  const logLossByKind = {
    none: logLoss(labels, calibrate({ kind: 'none' }, margins)),
    platt: fits ? heldOutLoss('platt', margins, labels, random.split('platt')) : Infinity,
    isotonic:
      fits && labels.length >= MIN_ISOTONIC_ROWS
        ? heldOutLoss('isotonic', margins, labels, random.split('isotonic'))
        : Infinity,
  };
  const kinds: CalibrationKind[] = ['none', 'platt', 'isotonic'];
  const best = kinds.reduce((a, b) => (logLossByKind[b] < logLossByKind[a] ? b : a));
  return { calibration: fitCalibration(best, margins, labels), logLossByKind };
}

function heldOutLoss(kind: CalibrationKind, margins: Float64Array, labels: Uint8Array, random: Random): number {
  const fold = new Uint8Array(labels.length);
  for (const label of [0, 1]) {
    const rows = [...labels.keys()].filter((row) => labels[row] === label);
    shuffle(rows, random).forEach((row, i) => {
      fold[row] = i % FOLDS;
    });
  }
  const probabilities = new Float64Array(labels.length);
  for (let k = 0; k < FOLDS; k += 1) {
    const fitted = fitCalibration(
      kind,
      margins.filter((_, row) => fold[row] !== k),
      labels.filter((_, row) => fold[row] !== k),
    );
    const held = calibrate(fitted, margins);
    held.forEach((p, row) => {
      if (fold[row] === k) probabilities[row] = p;
    });
  }
  return logLoss(labels, probabilities);
}
