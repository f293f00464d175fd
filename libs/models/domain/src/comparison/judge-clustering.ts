import { clusteringModel, type ClusteringAlgorithm } from '@kohort/ml-algorithms';
import { isAppError } from '@kohort/kernel-errors';
import { takeRows, type FitControl, type Matrix } from '@kohort/ml-core';
import { measureStability, type Clusterer, type Stability } from '@kohort/ml-judging';
import {
  calinskiHarabasz,
  daviesBouldin,
  inertia,
  kmeansBic,
  silhouette,
  simplifiedSilhouette,
  type Silhouette,
} from '@kohort/ml-metrics';

/** Scores of one clustering on rows that are in a cluster; null where a score is not defined. */
export interface ClusteringScores {
  readonly silhouette: number | null;
  readonly silhouetteMethod: Silhouette['method'] | null;
  readonly simplifiedSilhouette: number | null;
  readonly daviesBouldin: number | null;
  readonly calinskiHarabasz: number | null;
  /** Sum of squared distances to the own mean. */
  readonly inertia: number;
  /** As a mixture of round clouds with one variance; lower is better. */
  readonly bic: number | null;
  /** Share of the rows that are in a cluster. */
  readonly coverage: number;
  /** Silhouette × coverage: rows in no cluster count as 0. What clusterings are compared by. */
  readonly separation: number;
}

/** Rows that are in a cluster, with their labels. */
function inClusters(matrix: Matrix, labels: ArrayLike<number>): { kept: Matrix; own: number[] } {
  const rows = Array.from({ length: matrix.rows }, (_, row) => row).filter((row) => (labels[row] as number) >= 0);
  const own = rows.map((row) => labels[row] as number);
  return { kept: rows.length === matrix.rows ? matrix : takeRows(matrix, rows), own };
}

/** Means of the clusters 0..k-1 and their sizes. */
function meansOf({ data, cols }: Matrix, labels: readonly number[], k: number) {
  const means = new Float64Array(k * cols);
  const sizes = new Array<number>(k).fill(0);
  labels.forEach((label, row) => {
    sizes[label] = (sizes[label] ?? 0) + 1;
    for (let j = 0; j < cols; j += 1)
      means[label * cols + j] = (means[label * cols + j] as number) + (data[row * cols + j] as number);
  });
  const divided = means.map((sum, at) => sum / Math.max(1, sizes[Math.floor(at / cols)] ?? 1));
  return { means: divided, sizes };
}

/**
 * Scores a clustering of rows, whatever made it.
 *
 * Shape   matrix: n×d as it was clustered; labels: n, -1 is noise
 * Cost    the pairwise silhouette of n rows (sampled beyond 25,000)
 * Throws  ML_CANCELLED
 */
export async function scoreClustering(
  matrix: Matrix,
  { labels, k }: { readonly labels: ArrayLike<number>; readonly k: number },
  control: FitControl,
): Promise<ClusteringScores> {
  const { kept, own } = inClusters(matrix, labels);
  const coverage = matrix.rows > 0 ? kept.rows / matrix.rows : 0;
  const { means, sizes } = meansOf(kept, own, k);
  const spread = inertia(kept, own, means);
  const found = sizes.filter((size) => size > 0);
  if (found.length < 2 || found.length > kept.rows - 1) {
    const none = { silhouette: null, silhouetteMethod: null, simplifiedSilhouette: null, daviesBouldin: null };
    return { ...none, calinskiHarabasz: null, inertia: spread, bic: null, coverage, separation: 0 };
  }
  const pairwise = await silhouette(kept, own, { ...control, onProgress: undefined });
  return {
    silhouette: pairwise.value,
    silhouetteMethod: pairwise.method,
    simplifiedSilhouette: simplifiedSilhouette(kept, own).value,
    daviesBouldin: daviesBouldin(kept, own),
    calinskiHarabasz: calinskiHarabasz(kept, own),
    inertia: spread,
    bic: kmeansBic({ sizes: found, cols: kept.cols, inertia: spread }),
    coverage,
    separation: pairwise.value * coverage,
  };
}

/** An algorithm of the registry at one k (null: it finds its own), as something that groups any rows. */
export function clustererOf(algorithm: ClusteringAlgorithm, k: number | null): Clusterer {
  return async (matrix, control) => {
    const seed = control.random.uint32();
    const fitted = await algorithm.fit(matrix, { seed, ...(k === null ? {} : { k }) }, control);
    const model = clusteringModel(fitted.algorithm, fitted.state);
    return { labels: fitted.labels, assign: async (other, inner) => (await model.assign(other, inner)).labels };
  };
}

/**
 * Bootstrap stability by the same algorithm; null when it cannot cluster resamples of these rows.
 *
 * Throws  ML_CANCELLED
 */
export async function stabilityOf(
  matrix: Matrix,
  input: {
    readonly labels: ArrayLike<number>;
    readonly k: number;
    readonly resamples: number;
    readonly cluster: Clusterer;
  },
  control: FitControl,
): Promise<Stability | null> {
  try {
    return await measureStability(matrix, input, { ...control, onProgress: undefined });
  } catch (thrown) {
    if (isAppError(thrown) && ['unsuitable-data', 'invalid-input'].includes(thrown.kind)) return null;
    throw thrown;
  }
}
