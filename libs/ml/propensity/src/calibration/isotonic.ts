import type { IsotonicCalibration } from './calibration.state';
import { countCalibrationPositives } from './check-scored-labels';

/**
 * Fits the rising step curve nearest to the outcomes (pool adjacent violators), then keeps the ends of its level parts;
 * between them predictions are linear.
 *
 * Shape   margins: n held-out log-odds; labels: n of 0 or 1
 * Ties    equal margins are one point with their mean outcome
 * Cost    O(n log n) time, O(n) memory
 * Throws  CALIBRATION_SHAPE, CALIBRATION_ONE_CLASS
 * Source  Zadrozny & Elkan 2002; held to scikit-learn's IsotonicRegression by reference/calibration.golden.json
 */
export function fitIsotonic(margins: Float64Array, labels: Uint8Array): IsotonicCalibration {
  countCalibrationPositives(margins, labels);
  const order = Uint32Array.from(margins, (_, i) => i).sort((a, b) => (margins[a] as number) - (margins[b] as number));
  const points: number[] = [];
  const means: number[] = [];
  const weights: number[] = [];
  for (const row of order) {
    const margin = margins[row] as number;
    const label = labels[row] as number;
    const last = points.length - 1;
    if (last >= 0 && points[last] === margin) {
      const weight = (weights[last] as number) + 1;
      means[last] = (means[last] as number) + (label - (means[last] as number)) / weight;
      weights[last] = weight;
    } else {
      points.push(margin);
      means.push(label);
      weights.push(1);
    }
  }
  return withoutInnerPoints(points, poolAdjacent(means, weights));
}

/** Non-decreasing weighted least squares: neighbours in the wrong order are replaced by their mean until none is left. */
function poolAdjacent(means: readonly number[], weights: readonly number[]): number[] {
  const blocks: { mean: number; weight: number; points: number }[] = [];
  means.forEach((mean, i) => {
    let block = { mean, weight: weights[i] as number, points: 1 };
    for (let before = blocks[blocks.length - 1]; before !== undefined && before.mean >= block.mean;) {
      blocks.pop();
      const weight = before.weight + block.weight;
      block = {
        mean: (before.mean * before.weight + block.mean * block.weight) / weight,
        weight,
        points: before.points + block.points,
      };
      before = blocks[blocks.length - 1];
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ mean, points }) => Array<number>(points).fill(Math.min(1, Math.max(0, mean))));
}

function withoutInnerPoints(points: readonly number[], rates: readonly number[]): IsotonicCalibration {
  const kept = points
    .map((margin, i) => ({ margin, rate: rates[i] as number }))
    .filter(({ rate }, i) => i === 0 || i === points.length - 1 || rate !== rates[i - 1] || rate !== rates[i + 1]);
  return { kind: 'isotonic', margins: kept.map(({ margin }) => margin), rates: kept.map(({ rate }) => rate) };
}

/** The rate at one margin: linear between the points, level beyond both ends. Cost O(log points). */
export function isotonicRate({ margins, rates }: IsotonicCalibration, margin: number): number {
  let low = 0;
  let high = margins.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((margins[middle] as number) <= margin) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return rates[0] as number;
  if (low === margins.length) return rates[low - 1] as number;
  const from = margins[low - 1] as number;
  const share = (margin - from) / ((margins[low] as number) - from);
  return (rates[low - 1] as number) + share * ((rates[low] as number) - (rates[low - 1] as number));
}
