import type { ClusteringCard, ScoreRow } from '@kohort/kernel-contracts';
import type { FeatureMatrix } from './dataset.port';

/** People in clusters; row i of each belongs to row i of a matrix. */
export interface PlacedPeople {
  /** An index into the card's clusters; -1 in none. */
  readonly labels: Int32Array;
  /** Distance to the own centre in the scaled space; NaN in none. */
  readonly distances: Float64Array;
  /** 0–1, in the algorithm's own way. */
  readonly confidences: Float64Array;
  /** 0–1; from 0.5 on one of the outlier group. */
  readonly outlierScores: Float64Array;
}

const finite = (value: number | undefined): number | null => (Number.isFinite(value) ? (value ?? null) : null);

/** Lines of a version of a clustering, as the registry takes them. */
export function clusterRows(
  { profileIds }: Pick<FeatureMatrix, 'profileIds'>,
  placed: PlacedPeople,
  { clusters }: Pick<ClusteringCard, 'clusters'>,
): ScoreRow[] {
  return profileIds.map((profileId, i) => ({
    profileId,
    clusterKey: clusters[placed.labels[i] ?? -1]?.key ?? null,
    distance: finite(placed.distances[i]),
    confidence: finite(placed.confidences[i]),
    outlierScore: finite(placed.outlierScores[i]),
    probability: null,
    percentile: null,
  }));
}
