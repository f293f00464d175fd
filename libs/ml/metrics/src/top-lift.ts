import { byFallingScore, requireBothClasses, type BinaryLabels, type Scores } from './binary-scores';
import { classificationErrors } from './classification-errors';

export interface TopLift {
  /** How many rows the top holds. */
  readonly rows: number;
  /** Rate of positives in the top over the rate in all; 1 is no better than chance. */
  readonly lift: number;
  /** Share of all positives found in the top, 0..1. */
  readonly captureShare: number;
}

/**
 * How much denser positives are among the best-scored rows than among all.
 *
 * Shape   labels: n values of 0 or 1; scores: n finite numbers; topShare in (0, 1]
 * Ties    rows tied at the cut enter with their average, so the order of the rows does not matter
 * Cost    O(n log n) time, O(n) memory
 * Throws  METRICS_ONE_CLASS, METRICS_BAD_SETTING, METRICS_LENGTHS_DIFFER, METRICS_LABEL_NOT_BINARY, METRICS_SCORE_NOT_FINITE
 */
export function topLift(labels: BinaryLabels, scores: Scores, topShare = 0.1): TopLift {
  const positives = requireBothClasses(labels, scores);
  if (!(topShare > 0 && topShare <= 1)) {
    throw classificationErrors.METRICS_BAD_SETTING({ setting: 'topShare', allowed: 'above 0 and at most 1' });
  }
  const n = labels.length;
  const rows = Math.max(1, Math.floor(n * topShare));
  const order = byFallingScore(scores);
  const cut = scores[order[rows - 1] as number] as number;
  let above = 0;
  let hitsAbove = 0;
  let tied = 0;
  let hitsTied = 0;
  for (let i = 0; i < n; i += 1) {
    const score = scores[i] as number;
    if (score > cut) {
      above += 1;
      hitsAbove += labels[i] as number;
    } else if (score === cut) {
      tied += 1;
      hitsTied += labels[i] as number;
    }
  }
  const hits = hitsAbove + ((rows - above) * hitsTied) / tied;
  return { rows, lift: hits / rows / (positives / n), captureShare: hits / positives };
}
