import type { Matrix } from '@kohort/ml-core';
import { clusterGroups, type ClusterLabels } from './cluster-groups';

/**
 * Davies–Bouldin index: for each cluster the worst ratio of spread to separation, averaged. Lower is better.
 *
 * Shape   matrix: n×d; labels: n; 2 to n−1 clusters
 * Units   none
 * Ties    clusters whose means coincide do not count against each other, as in scikit-learn
 * Cost    O(n·d + k²·d)
 * Throws  METRICS_LABELS_DIFFER, METRICS_CLUSTER_COUNT
 * Source  Davies & Bouldin 1979; held to scikit-learn by reference/clustering.golden.json
 */
export function daviesBouldin(matrix: Matrix, labels: ClusterLabels): number {
  const { data, rows: n, cols: d } = matrix;
  const { k, index, sizes, means } = clusterGroups(matrix, labels);
  const spread = new Float64Array(k);
  for (let i = 0; i < n; i += 1) {
    const cluster = index[i] as number;
    let squared = 0;
    for (let j = 0; j < d; j += 1) squared += ((data[i * d + j] as number) - (means[cluster * d + j] as number)) ** 2;
    spread[cluster] = (spread[cluster] as number) + Math.sqrt(squared);
  }
  for (let c = 0; c < k; c += 1) spread[c] = (spread[c] as number) / (sizes[c] as number);
  let total = 0;
  for (let a = 0; a < k; a += 1) {
    let worst = 0;
    for (let b = 0; b < k; b += 1) {
      let squared = 0;
      for (let j = 0; j < d; j += 1) squared += ((means[a * d + j] as number) - (means[b * d + j] as number)) ** 2;
      if (squared === 0) continue;
      worst = Math.max(worst, ((spread[a] as number) + (spread[b] as number)) / Math.sqrt(squared));
    }
    total += worst;
  }
  return total / k;
}
