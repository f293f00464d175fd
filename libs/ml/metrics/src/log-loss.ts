import { requireProbabilities, type BinaryLabels, type Scores } from './binary-scores';
import { classificationErrors } from './classification-errors';

/** Probabilities nearer to 0 or 1 than this are moved to it: one certain error must not make the mean infinite. */
const EPSILON = Number.EPSILON;

/**
 * Mean negative log-likelihood of the outcomes under the probabilities.
 *
 * Shape   labels: n values of 0 or 1; probabilities: n numbers in 0..1; n at least 1
 * Units   nats per row
 * Throws  METRICS_NOT_A_PROBABILITY, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_BAD_SETTING for no rows
 * Source  held to scikit-learn's log_loss by reference/classification.golden.json
 */
export function logLoss(labels: BinaryLabels, probabilities: Scores): number {
  requireProbabilities(labels, probabilities);
  if (labels.length === 0) throw classificationErrors.METRICS_BAD_SETTING({ setting: 'rows', allowed: 'at least 1' });
  let sum = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const p = Math.min(Math.max(probabilities[i] as number, EPSILON), 1 - EPSILON);
    sum -= labels[i] === 1 ? Math.log(p) : Math.log(1 - p);
  }
  return sum / labels.length;
}
