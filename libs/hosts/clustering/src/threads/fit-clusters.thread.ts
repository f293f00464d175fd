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

/** More threads than this wait for memory, not for each other. */
const MOST_THREADS = 4;

serveThread(async ({ matrix: people, k, seed }: FitInput, control): Promise<ClusterFit> => {
  const { data, features, profileIds } = people;
  const matrix = { data, rows: profileIds.length, cols: features.length };
  const input = { featureNames: features, ids: profileIds, matrix };
  const pool = await startKernelPool({ threads: Math.min(MOST_THREADS, availableParallelism()) });
  try {
    const params = { algorithm: 'kmeans', k, seed, scaling: 'auto', missing: 'median' } as const;
    const result = await clusterTable(input, params, { ...control, pool });
    const { labels, distances, confidences, model } = result;
    const card = clusteringCard(input, result, seed);
    return { labels, distances, confidences, card, artifact: serialiseClusterModel(model) };
  } finally {
    await pool.close();
  }
});
