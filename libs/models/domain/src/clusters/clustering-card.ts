import type { ClusteringCard } from '@kohort/kernel-contracts';
import type { ClusterTableInput, ClusterTableResult } from './cluster-table';

function reasonsOf({ choice, metrics, algorithm }: ClusterTableResult): string[] {
  if (choice) return [...choice.reasons];
  return algorithm.findsK && !algorithm.takesK
    ? [`${algorithm.title} found ${metrics.k} clusters.`]
    : [`${metrics.k} clusters were asked for.`];
}

/** The card of a clustering, as a model version keeps it. */
export function clusteringCard(
  { featureNames, matrix }: ClusterTableInput,
  result: ClusterTableResult,
  seed: number,
): ClusteringCard {
  const { metrics, choice, sheets, warnings, algorithm } = result;
  return {
    kind: 'clustering',
    algorithm: algorithm.name,
    rows: matrix.rows,
    features: [...featureNames],
    k: metrics.k,
    silhouette: metrics.silhouette,
    inertia: metrics.inertia,
    noise: metrics.noise,
    outliers: metrics.outliers,
    confidence: algorithm.confidence,
    choice: (choice?.table ?? []).map(({ k, inertia, silhouette: value, stability }) => ({
      k,
      inertia,
      silhouette: value,
      stability,
      chosen: k === metrics.k,
    })),
    reasons: reasonsOf(result),
    clusters: [...sheets],
    warnings: warnings.map(({ message }) => message),
    seed,
  };
}
