import type { ClusteringCard } from '@kohort/kernel-contracts';
import { serialiseClusterModel, type ClusterAssignment } from './cluster-model';
import { clusterTable, clusteringCard, type ClusterControl } from './cluster-table';

/** Features of people: row i of `data` belongs to `profileIds[i]`; a missing value is NaN. */
export interface PeopleFeatures {
  readonly profileIds: readonly string[];
  readonly features: readonly string[];
  /** Row-major, rows × features. */
  readonly data: Float64Array;
}

/** A clustering as a model version stores it. */
export interface FittedClusterModel extends ClusterAssignment {
  /** Label c is `card.clusters[c]`. */
  readonly card: ClusteringCard;
  /** The model as JSON text; `parseClusterModel` reads it. */
  readonly artifact: string;
}

/**
 * What the clustering worker's thread computes: columns scaled and logged where heavy-tailed, missing values replaced by
 * the median, k chosen or given.
 *
 * Shape   data: rows × features; returns a label, distance and confidence a row
 * Cost    see clusterTable
 * Throws  as clusterTable
 */
export async function fitClusterModel(
  people: PeopleFeatures,
  { k, seed }: { k: number | 'auto'; seed: number },
  control: ClusterControl = {},
): Promise<FittedClusterModel> {
  const { features, data, profileIds } = people;
  const matrix = { data, rows: profileIds.length, cols: features.length };
  const input = { featureNames: features, matrix, ids: profileIds };
  const params = { algorithm: 'kmeans', k, seed, scaling: 'auto', missing: 'median' } as const;
  const result = await clusterTable(input, params, control);
  const { labels, distances, confidences, model } = result;
  return {
    labels,
    distances,
    confidences,
    card: clusteringCard(input, result, seed),
    artifact: serialiseClusterModel(model),
  };
}
