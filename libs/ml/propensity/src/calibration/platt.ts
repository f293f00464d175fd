import type { PlattCalibration } from './calibration.state';
import { countCalibrationPositives } from './check-scored-labels';

const MAX_STEPS = 100;
const MIN_STEP = 1e-12;
const MAX_HALVINGS = 30;

interface Line {
  readonly slope: number;
  readonly offset: number;
}

const softplus = (t: number): number => (t > 0 ? t + Math.log1p(Math.exp(-t)) : Math.log1p(Math.exp(t)));

/**
 * Fits a logistic curve over margins, with Platt's smoothed targets: a class of few rows is not taken for certain.
 *
 * Shape   margins: n held-out log-odds; labels: n of 0 or 1
 * Cost    O(n) per Newton step, about 6 steps
 * Throws  CALIBRATION_SHAPE, CALIBRATION_ONE_CLASS
 * Source  Platt 1999; Lin, Lin & Weng 2007; held to scikit-learn by reference/calibration.golden.json
 */
export function fitPlatt(margins: Float64Array, labels: Uint8Array): PlattCalibration {
  const positives = countCalibrationPositives(margins, labels);
  const negatives = labels.length - positives;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const targets = Float64Array.from(labels, (label) => (label === 1 ? high : low));
  let line: Line = { slope: 0, offset: Math.log((positives + 1) / (negatives + 1)) };
  let value = loss(margins, targets, line);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const move = newtonMove(margins, targets, line);
    let length = 1;
    let next = line;
    let nextValue = Infinity;
    for (let halving = 0; halving < MAX_HALVINGS && nextValue > value; halving += 1) {
      next = { slope: line.slope - length * move.slope, offset: line.offset - length * move.offset };
      nextValue = loss(margins, targets, next);
      length /= 2;
    }
    if (nextValue > value) break;
    const moved = Math.max(Math.abs(next.slope - line.slope), Math.abs(next.offset - line.offset));
    line = next;
    value = nextValue;
    if (moved < MIN_STEP) break;
  }
  return { kind: 'platt', ...line };
}

function loss(margins: Float64Array, targets: Float64Array, { slope, offset }: Line): number {
  let sum = 0;
  for (let i = 0; i < margins.length; i += 1) {
    const z = slope * (margins[i] as number) + offset;
    sum += softplus(z) - (targets[i] as number) * z;
  }
  return sum;
}

function newtonMove(margins: Float64Array, targets: Float64Array, { slope, offset }: Line): Line {
  let gSlope = 0;
  let gOffset = 0;
  // Keeps the 2×2 system solvable when all margins are equal.
  let hSlope = 1e-12;
  let hOffset = 1e-12;
  let hBoth = 0;
  for (let i = 0; i < margins.length; i += 1) {
    const m = margins[i] as number;
    const p = 1 / (1 + Math.exp(-(slope * m + offset)));
    const residual = p - (targets[i] as number);
    const weight = p * (1 - p);
    gSlope += residual * m;
    gOffset += residual;
    hSlope += weight * m * m;
    hOffset += weight;
    hBoth += weight * m;
  }
  const determinant = hSlope * hOffset - hBoth * hBoth;
  return {
    slope: (hOffset * gSlope - hBoth * gOffset) / determinant,
    offset: (hSlope * gOffset - hBoth * gSlope) / determinant,
  };
}
