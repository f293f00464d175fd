import { requireProbabilities, type BinaryLabels, type Scores } from './binary-scores';
import { classificationErrors } from './classification-errors';

/** One row of a calibration table: what was promised and what came. */
export interface CalibrationBin {
  readonly rows: number;
  readonly positives: number;
  readonly meanProbability: number;
  /** positives / rows */
  readonly observedRate: number;
  readonly lowestProbability: number;
  readonly highestProbability: number;
}

export interface CalibrationTable {
  /** Only bins with rows, by rising probability. */
  readonly bins: readonly CalibrationBin[];
  /** Mean distance of promise and outcome over the bins, weighted by rows (ECE), 0..1. */
  readonly expectedError: number;
}

export interface CalibrationOptions {
  /** Number of bins, at least 1. */
  readonly bins?: number;
  /** `uniform`: equal widths over 0..1. `quantile`: equal numbers of rows, as far as ties allow. */
  readonly strategy?: 'uniform' | 'quantile';
}

/** numpy's default percentile: linear between the two neighbouring values. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index] as number;
  const high = sorted[Math.min(index + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - index);
}

function innerEdges(probabilities: Scores, bins: number, strategy: 'uniform' | 'quantile'): number[] {
  const shares = Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  if (strategy === 'uniform') return shares;
  const sorted = Float64Array.from(probabilities).sort();
  return shares.map((share) => quantile(sorted, share));
}

/**
 * Groups rows by probability and sets the mean probability beside the share that came true.
 *
 * Shape   labels: n values of 0 or 1; probabilities: n numbers in 0..1; n at least 1
 * Ties    a probability equal to an inner edge belongs to the lower bin
 * Cost    O(n log n) time for quantiles, O(n·bins) otherwise
 * Throws  METRICS_NOT_A_PROBABILITY, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_BAD_SETTING
 * Source  held to scikit-learn's calibration_curve by reference/classification.golden.json
 */
export function calibrationTable(
  labels: BinaryLabels,
  probabilities: Scores,
  { bins = 10, strategy = 'quantile' }: CalibrationOptions = {},
): CalibrationTable {
  requireProbabilities(labels, probabilities);
  if (labels.length === 0) throw classificationErrors.METRICS_BAD_SETTING({ setting: 'rows', allowed: 'at least 1' });
  if (!Number.isInteger(bins) || bins < 1) {
    throw classificationErrors.METRICS_BAD_SETTING({ setting: 'bins', allowed: 'a whole number of at least 1' });
  }
  const edges = innerEdges(probabilities, bins, strategy);
  const tallies = Array.from({ length: bins }, () => ({ rows: 0, positives: 0, sum: 0, low: 1, high: 0 }));
  for (let i = 0; i < labels.length; i += 1) {
    const p = probabilities[i] as number;
    let bin = 0;
    while (bin < edges.length && (edges[bin] as number) < p) bin += 1;
    const tally = tallies[bin];
    if (tally === undefined) continue;
    tally.rows += 1;
    tally.positives += labels[i] as number;
    tally.sum += p;
    tally.low = Math.min(tally.low, p);
    tally.high = Math.max(tally.high, p);
  }
  const filled = tallies
    .filter((tally) => tally.rows > 0)
    .map((tally) => ({
      rows: tally.rows,
      positives: tally.positives,
      meanProbability: tally.sum / tally.rows,
      observedRate: tally.positives / tally.rows,
      lowestProbability: tally.low,
      highestProbability: tally.high,
    }));
  const distance = filled.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.meanProbability - bin.observedRate), 0);
  return { bins: filled, expectedError: distance / labels.length };
}
