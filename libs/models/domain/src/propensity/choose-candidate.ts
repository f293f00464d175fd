import { rocAucDifference } from '@kohort/ml-metrics';
import type { Candidate } from './evaluate-candidate';
import type { PropensityModelKind } from './propensity.params';

/** Which model is taken, and the sentence that says why. */
export interface CandidateChoice {
  readonly kind: PropensityModelKind;
  readonly why: string;
}

const figure = (value: number): string => value.toFixed(3);

/**
 * Takes boosted trees only where they are better than the baseline on later data by more than noise: the paired 95 %
 * interval of the AUC difference lies above 0. Otherwise the logistic regression, which is easier to understand.
 */
export function chooseCandidate(labels: Uint8Array, logistic: Candidate, gbdt: Candidate | undefined): CandidateChoice {
  if (gbdt === undefined)
    return { kind: 'logistic', why: 'logistic regression: no engine for boosted trees is installed' };
  const { difference, low, high } = rocAucDifference(labels, gbdt.testMargins, logistic.testMargins);
  const figures =
    `AUC ${figure(gbdt.auc.auc)} of boosted trees against ${figure(logistic.auc.auc)} of logistic regression on later data, ` +
    `difference ${figure(difference)} (95 % interval ${figure(low)} to ${figure(high)})`;
  if (low > 0) return { kind: 'gbdt', why: `boosted trees are better than the baseline beyond noise: ${figures}` };
  return { kind: 'logistic', why: `boosted trees are not better than the baseline beyond noise: ${figures}` };
}
