import { requireProbabilities, type BinaryLabels, type Scores } from './binary-scores';
import { classificationErrors } from './classification-errors';

/**
 * Mean squared distance of probability and outcome.
 *
 * Shape   labels: n values of 0 or 1; probabilities: n numbers in 0..1; n at least 1; returns 0..1, lower is better
 * Throws  METRICS_NOT_A_PROBABILITY, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_BAD_SETTING for no rows
 * Source  Brier 1950; held to scikit-learn's brier_score_loss by reference/classification.golden.json
 */
export function brierScore(labels: BinaryLabels, probabilities: Scores): number {
  requireProbabilities(labels, probabilities);
  if (labels.length === 0) throw classificationErrors.METRICS_BAD_SETTING({ setting: 'rows', allowed: 'at least 1' });
  let sum = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const distance = (probabilities[i] as number) - (labels[i] as number);
    sum += distance * distance;
  }
  return sum / labels.length;
}
