import { classificationErrors } from './classification-errors';

/** Outcomes as 0 or 1, one per row. */
export type BinaryLabels = Uint8Array | readonly number[];
/** Scores or probabilities, one per row. */
export type Scores = Float64Array | Float32Array | readonly number[];

export interface SplitScores {
  /** Scores of the rows labelled 1, ascending. */
  readonly positives: Float64Array;
  /** Scores of the rows labelled 0, ascending. */
  readonly negatives: Float64Array;
}

/**
 * Checks that labels are 0 or 1, scores finite, and both equally long; returns the number of positives.
 *
 * Throws  METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_SCORE_NOT_FINITE
 */
export function countPositives(labels: BinaryLabels, scores: Scores): number {
  if (labels.length !== scores.length) {
    throw classificationErrors.METRICS_LENGTHS_DIFFER({ labels: labels.length, scores: scores.length });
  }
  let positives = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i];
    if (label !== 0 && label !== 1) throw classificationErrors.METRICS_LABEL_NOT_BINARY({ index: i });
    if (!Number.isFinite(scores[i])) throw classificationErrors.METRICS_SCORE_NOT_FINITE({ index: i });
    positives += label;
  }
  return positives;
}

/** As countPositives, and both classes must be present. Throws METRICS_ONE_CLASS besides. */
export function requireBothClasses(labels: BinaryLabels, scores: Scores): number {
  const positives = countPositives(labels, scores);
  if (positives === 0 || positives === labels.length) {
    throw classificationErrors.METRICS_ONE_CLASS({ positives, rows: labels.length });
  }
  return positives;
}

/** As countPositives, and every score must lie in 0..1. Throws METRICS_NOT_A_PROBABILITY besides. */
export function requireProbabilities(labels: BinaryLabels, probabilities: Scores): number {
  const positives = countPositives(labels, probabilities);
  for (let i = 0; i < probabilities.length; i += 1) {
    const p = probabilities[i] as number;
    if (p < 0 || p > 1) throw classificationErrors.METRICS_NOT_A_PROBABILITY({ index: i });
  }
  return positives;
}

/** Scores by class, each sorted: native typed-array sort is several times faster than sorting row indices. */
export function splitScores(labels: BinaryLabels, scores: Scores): SplitScores {
  const count = requireBothClasses(labels, scores);
  const positives = new Float64Array(count);
  const negatives = new Float64Array(labels.length - count);
  let p = 0;
  let q = 0;
  for (let i = 0; i < labels.length; i += 1) {
    // Adding 0 turns -0 into +0: the native sort tells them apart, comparison does not.
    const score = (scores[i] as number) + 0;
    if (labels[i] === 1) positives[p++] = score;
    else negatives[q++] = score;
  }
  return { positives: positives.sort(), negatives: negatives.sort() };
}

/** Row indices by falling score; equal scores keep their row order. */
export function byFallingScore(scores: Scores): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i += 1) order[i] = i;
  return order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}
