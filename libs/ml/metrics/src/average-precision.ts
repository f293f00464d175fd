import { byFallingScore, requireBothClasses, type BinaryLabels, type Scores } from './binary-scores';

/**
 * Average precision: the area under the precision–recall steps, without interpolation.
 *
 * Shape   labels: n values of 0 or 1; scores: n finite numbers; returns 0..1
 * Ties    equal scores enter together, as one step
 * Cost    O(n log n) time, O(n) memory
 * Throws  METRICS_ONE_CLASS, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_SCORE_NOT_FINITE
 * Source  held to scikit-learn's average_precision_score by reference/classification.golden.json
 */
export function averagePrecision(labels: BinaryLabels, scores: Scores): number {
  const positives = requireBothClasses(labels, scores);
  const order = byFallingScore(scores);
  let hits = 0;
  let area = 0;
  let start = 0;
  while (start < order.length) {
    const score = scores[order[start] as number];
    let end = start;
    let gained = 0;
    while (end < order.length && scores[order[end] as number] === score) {
      gained += labels[order[end] as number] as number;
      end += 1;
    }
    hits += gained;
    area += (gained / positives) * (hits / end);
    start = end;
  }
  return area;
}
