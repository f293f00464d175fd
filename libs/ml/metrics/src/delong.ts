import { requireBothClasses, splitScores, type BinaryLabels, type Scores } from './binary-scores';
import { classificationErrors } from './classification-errors';

/** An AUC with its 95 % interval. */
export interface AucInterval {
  readonly auc: number;
  readonly standardError: number;
  /** Lower end, not below 0. */
  readonly low: number;
  /** Upper end, not above 1. */
  readonly high: number;
}

/** The difference of two AUCs on the same rows, first minus second. */
export interface AucDifference {
  readonly difference: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/** 97.5 % point of the standard normal. */
const Z_95 = 1.959963984540054;

interface Placements {
  /** Per positive, in row order: share of negatives below it. */
  readonly ofPositives: Float64Array;
  /** Per negative, in row order: share of positives above it. */
  readonly ofNegatives: Float64Array;
}

/** First index whose value is not below `x` (strict = false) or is above `x` (strict = true). */
function bound(sorted: Float64Array, x: number, strict: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] as number;
    if (strict ? value <= x : value < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function placements(labels: BinaryLabels, scores: Scores): Placements {
  const { positives, negatives } = splitScores(labels, scores);
  const ofPositives = new Float64Array(positives.length);
  const ofNegatives = new Float64Array(negatives.length);
  let p = 0;
  let q = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const score = scores[i] as number;
    if (labels[i] === 1) {
      ofPositives[p++] = (bound(negatives, score, false) + bound(negatives, score, true)) / 2 / negatives.length;
    } else {
      ofNegatives[q++] = 1 - (bound(positives, score, false) + bound(positives, score, true)) / 2 / positives.length;
    }
  }
  return { ofPositives, ofNegatives };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Variance with n − 1 below; 0 for a single value, whose spread cannot be known. */
function sampleVariance(values: Float64Array): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) * (value - centre);
  return sum / (values.length - 1);
}

/**
 * AUC with DeLong's 95 % interval.
 *
 * Shape   labels: n values of 0 or 1; scores: n finite numbers
 * Ties    a tied pair counts one half
 * Cost    O(n log n) time, O(n) memory
 * Throws  METRICS_ONE_CLASS, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_SCORE_NOT_FINITE
 * Source  DeLong, DeLong & Clarke-Pearson 1988; held to a direct O(m·n) computation by reference/classification.py
 */
export function rocAucInterval(labels: BinaryLabels, scores: Scores): AucInterval {
  const { ofPositives, ofNegatives } = placements(labels, scores);
  const auc = mean(ofPositives);
  const standardError = Math.sqrt(
    sampleVariance(ofPositives) / ofPositives.length + sampleVariance(ofNegatives) / ofNegatives.length,
  );
  const reach = Z_95 * standardError;
  return { auc, standardError, low: Math.max(0, auc - reach), high: Math.min(1, auc + reach) };
}

/**
 * The difference of two models' AUCs on the same rows, with the paired 95 % interval: the models see the same people,
 * so their errors go together and the interval is narrower than two separate ones would suggest.
 *
 * Shape   labels: n; first, second: n scores each
 * Throws  METRICS_ONE_CLASS, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_SCORE_NOT_FINITE
 * Source  DeLong, DeLong & Clarke-Pearson 1988, section 3
 */
export function rocAucDifference(labels: BinaryLabels, first: Scores, second: Scores): AucDifference {
  if (first.length !== second.length) {
    throw classificationErrors.METRICS_LENGTHS_DIFFER({ labels: first.length, scores: second.length });
  }
  requireBothClasses(labels, first);
  const a = placements(labels, first);
  const b = placements(labels, second);
  const positives = a.ofPositives.map((value, i) => value - (b.ofPositives[i] as number));
  const negatives = a.ofNegatives.map((value, i) => value - (b.ofNegatives[i] as number));
  const difference = mean(positives);
  const standardError = Math.sqrt(
    sampleVariance(positives) / positives.length + sampleVariance(negatives) / negatives.length,
  );
  const reach = Z_95 * standardError;
  return { difference, standardError, low: difference - reach, high: difference + reach };
}
