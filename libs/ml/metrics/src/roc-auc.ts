import { splitScores, type BinaryLabels, type Scores } from './binary-scores';

/**
 * Area under the ROC curve: the chance that a positive scores above a negative.
 *
 * Shape   labels: n values of 0 or 1; scores: n finite numbers; returns 0..1
 * Ties    a tied pair counts one half
 * Cost    O(n log n) time, O(n) memory
 * Throws  METRICS_ONE_CLASS, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_SCORE_NOT_FINITE
 * Source  Mann & Whitney 1947; held to scikit-learn by reference/classification.golden.json
 */
export function rocAuc(labels: BinaryLabels, scores: Scores): number {
  const { positives, negatives } = splitScores(labels, scores);
  const m = positives.length;
  const n = negatives.length;
  let below = 0;
  let upTo = 0;
  let wins = 0;
  for (let i = 0; i < m; i += 1) {
    const score = positives[i] as number;
    while (below < n && (negatives[below] as number) < score) below += 1;
    if (upTo < below) upTo = below;
    while (upTo < n && (negatives[upTo] as number) <= score) upTo += 1;
    wins += (below + upTo) / 2;
  }
  return wins / (m * n);
}
