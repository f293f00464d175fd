import type { ScoreRow } from '@kohort/kernel-contracts';
import type { FeatureMatrix } from './dataset.port';

/** Scores of people; row i of each belongs to row i of a matrix. */
export interface ScoredPeople {
  /** Calibrated, 0–1. */
  readonly probabilities: Float64Array;
  /** 0–100 */
  readonly percentiles: Float64Array;
}

/** Lines of a version of a propensity model, as the registry takes them. */
export function propensityRows(
  { profileIds }: Pick<FeatureMatrix, 'profileIds'>,
  { probabilities, percentiles }: ScoredPeople,
): ScoreRow[] {
  return profileIds.map((profileId, i) => ({
    profileId,
    probability: probabilities[i] ?? null,
    percentile: percentiles[i] ?? null,
    ...{ clusterKey: null, distance: null, confidence: null },
  }));
}
