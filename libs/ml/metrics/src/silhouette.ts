import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { silhouetteCoefficients, takeRows, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { clusteringErrors } from './clustering-errors';
import { denseLabels, type ClusterLabels } from './cluster-groups';

/** How a silhouette came about: `sampled` is an estimate and must be shown as one. */
export interface Silhouette {
  /** Mean coefficient over all rows, -1..1. */
  readonly value: number;
  readonly method: 'exact' | 'sampled';
  /** Rows whose coefficient was computed. */
  readonly rowsUsed: number;
}

export interface SilhouetteOptions extends ComputeControl {
  /** Up to so many rows all pairs are computed; default 25,000 (about 2 s at 10 columns). */
  readonly exactRows?: number;
  /** Rows drawn beyond that; default 10,000. */
  readonly sampleRows?: number;
  /** Chooses the sample; a fixed stream when left out, so that equal input gives an equal answer. */
  readonly random?: Random;
}

/** Rows a small cluster keeps in a sample at least, so that its own distances can be estimated. */
const FEWEST_OF_A_CLUSTER = 50;

interface Sample {
  readonly rows: readonly number[];
  readonly clusters: readonly number[];
}

/** Draws from every cluster in proportion to its size, small ones more. */
function stratifiedSample(index: Uint32Array, sizes: Float64Array, wanted: number, random: Random): Sample {
  const left = Array.from(sizes);
  const owed = left.map((size) =>
    Math.min(size, Math.max(FEWEST_OF_A_CLUSTER, Math.round((wanted * size) / index.length))),
  );
  const rows: number[] = [];
  const clusters: number[] = [];
  for (let i = 0; i < index.length; i += 1) {
    // Selection sampling (Knuth 3.4.2 S): exactly `owed` rows of each cluster, in row order, one pass.
    const cluster = index[i] as number;
    if (random.next() * (left[cluster] as number) < (owed[cluster] as number)) {
      rows.push(i);
      clusters.push(cluster);
      owed[cluster] = (owed[cluster] as number) - 1;
    }
    left[cluster] = (left[cluster] as number) - 1;
  }
  return { rows, clusters };
}

function weightedMean(values: Float64Array, clusters: ArrayLike<number>, sizes: Float64Array): number {
  const sums = new Float64Array(sizes.length);
  const counts = new Float64Array(sizes.length);
  values.forEach((value, i) => {
    const cluster = clusters[i] as number;
    sums[cluster] = (sums[cluster] as number) + value;
    counts[cluster] = (counts[cluster] as number) + 1;
  });
  let total = 0;
  let rows = 0;
  sizes.forEach((size, c) => {
    total += (size * (sums[c] as number)) / (counts[c] as number);
    rows += size;
  });
  return total / rows;
}

/**
 * Mean silhouette coefficient, Euclidean: how much nearer rows are to their own cluster than to the next one.
 *
 * Shape   matrix: n×d; labels: n; 2 to n−1 clusters
 * Units   none, -1..1
 * Cost    exact O(n²·d); above `exactRows` a sample stratified by cluster, each cluster weighted by its true share, the
 *         answer labelled `sampled` (standard error about 0.3/√sampleRows)
 * Throws  METRICS_LABELS_DIFFER, METRICS_CLUSTER_COUNT, ML_CANCELLED
 * Source  Rousseeuw 1987; held to scikit-learn to 1e-6 by reference/clustering.golden.json
 */
export async function silhouette(
  matrix: Matrix,
  labels: ClusterLabels,
  options: SilhouetteOptions = {},
): Promise<Silhouette> {
  const { exactRows = 25_000, sampleRows = 10_000, random = seededRandom(1) } = options;
  const n = matrix.rows;
  if (labels.length !== n) throw clusteringErrors.METRICS_LABELS_DIFFER({ labels: labels.length, rows: n });
  const { k, index, sizes } = denseLabels(labels);
  if (k < 2 || k > n - 1) throw clusteringErrors.METRICS_CLUSTER_COUNT({ clusters: k, rows: n, most: n - 1 });
  if (n <= exactRows) {
    const values = await silhouetteCoefficients(matrix, index, options);
    return { value: weightedMean(values, index, sizes), method: 'exact', rowsUsed: n };
  }
  const { rows, clusters } = stratifiedSample(index, sizes, sampleRows, random);
  const values = await silhouetteCoefficients(takeRows(matrix, rows), clusters, options);
  return { value: weightedMean(values, clusters, sizes), method: 'sampled', rowsUsed: rows.length };
}
