import type { Matrix } from '@kohort/ml-core';
import { clusterGroups, type ClusterLabels } from './cluster-groups';

/** A silhouette from centroids: no estimate of the pairwise one, and to be named by its own name. */
export interface SimplifiedSilhouette {
  /** Mean coefficient over all rows, -1..1. */
  readonly value: number;
  readonly method: 'simplified';
  readonly rowsUsed: number;
}

/**
 * Mean simplified silhouette, Euclidean: distances to the cluster's mean instead of to all of its rows. It ranks
 * clusterings of one table much as the silhouette does, and lies higher.
 *
 * Shape   matrix: n×d; labels: n; 2 to n−1 clusters
 * Units   none, -1..1
 * Ties    0 for a row that lies on both means
 * Cost    O(n·k·d)
 * Throws  METRICS_LABELS_DIFFER, METRICS_CLUSTER_COUNT
 * Source  Hruschka, de Castro & Campello 2004; held to numpy by reference/clustering.golden.json
 */
export function simplifiedSilhouette(matrix: Matrix, labels: ClusterLabels): SimplifiedSilhouette {
  const { data, rows: n, cols: d } = matrix;
  const { k, index, means } = clusterGroups(matrix, labels);
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    const own = index[i] as number;
    let toOwn = 0;
    let toNext = Infinity;
    for (let c = 0; c < k; c += 1) {
      let squared = 0;
      for (let j = 0; j < d; j += 1) squared += ((data[i * d + j] as number) - (means[c * d + j] as number)) ** 2;
      if (c === own) toOwn = squared;
      else if (squared < toNext) toNext = squared;
    }
    const [a, b] = [Math.sqrt(toOwn), Math.sqrt(toNext)];
    total += a === b ? 0 : (b - a) / Math.max(a, b);
  }
  return { value: total / n, method: 'simplified', rowsUsed: n };
}
