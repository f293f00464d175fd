import { availableParallelism } from 'node:os';
import { startKernelPool } from '@kohort/ml-core';
import { clusterTable, clusteringCard, serialiseClusterModel } from '@kohort/models-domain';
import type { ClusterFit, FeatureMatrix } from '@kohort/models-flow';
import { serveThread } from '@kohort/platform-compute';

interface FitInput {
  readonly matrix: FeatureMatrix;
  readonly k: number | 'auto';
  readonly seed: number;
}

/** The column that a cluster's share of value is taken of. */
const VALUE = 'monetary';

serveThread(async ({ matrix, k, seed }: FitInput, control): Promise<ClusterFit> => {
  const cols = matrix.features.length;
  const input = {
    featureNames: matrix.features,
    ids: matrix.profileIds,
    matrix: { data: matrix.data, rows: matrix.profileIds.length, cols },
  };
  const valueColumn = matrix.features.includes(VALUE) ? VALUE : null;
  const pool = await startKernelPool({ threads: Math.min(4, availableParallelism()), blocking: 'allowed' });
  try {
    const result = await clusterTable(
      input,
      { algorithm: 'kmeans', k, seed, scaling: 'auto', missing: 'median', valueColumn },
      { ...control, pool },
    );
    const { labels, distances, confidences, model } = result;
    return {
      labels,
      distances,
      confidences,
      card: clusteringCard(input, result, seed),
      artifact: serialiseClusterModel(model),
    };
  } finally {
    await pool.close();
  }
});
