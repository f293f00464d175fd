import { availableParallelism } from 'node:os';
import { startKernelPool } from '@kohort/ml-core';
import {
  chooseTableK,
  clusterTable,
  clusteringCard,
  knownRows,
  serialiseClusterModel,
  tellByRules,
  type KChoice,
} from '@kohort/models-domain';
import type { ClusterFit, ClusterFitInput, FeatureMatrix } from '@kohort/models-flow';
import { serveThread } from '@kohort/platform-compute';

interface FitInput extends ClusterFitInput {
  readonly matrix: FeatureMatrix;
  /** `choose`: the choice of k alone. */
  readonly stage: 'choose' | 'fit';
}

/** More threads than this wait for memory, not for each other. */
const MOST_THREADS = 4;

serveThread(async (input: FitInput, control): Promise<ClusterFit | KChoice | null> => {
  const { matrix: people, algorithm = 'kmeans', stage, seeds, mustLink, cannotLink, ...asked } = input;
  const { data, features, profileIds } = people;
  const matrix = { data, rows: profileIds.length, cols: features.length };
  const known = knownRows(profileIds, { seeds, mustLink, cannotLink });
  const table = { featureNames: features, ids: profileIds, matrix, ...known };
  const params = { ...asked, algorithm, scaling: 'auto', missing: 'median' } as const;
  const pool = await startKernelPool({ threads: Math.min(MOST_THREADS, availableParallelism()) });
  try {
    if (stage === 'choose') return await chooseTableK(table, params, { ...control, pool });
    const result = await clusterTable(table, params, { ...control, pool });
    const { labels, distances, confidences, outlierScores } = result;
    const { model, rules } = await tellByRules(table, { model: result.model, labels, seed: asked.seed }, control);
    const card = { ...clusteringCard(table, result, asked.seed), rules };
    return { labels, distances, confidences, outlierScores, card, artifact: serialiseClusterModel(model) };
  } finally {
    await pool.close();
  }
});
