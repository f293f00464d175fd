import type { Matrix } from '@kohort/ml-core';
import { clusterGroups, type ClusterLabels } from './cluster-groups';

/**
 * Calinski–Harabasz index: dispersion between clusters over dispersion within, each by its degrees of freedom. Higher is
 * better.
 *
 * Shape   matrix: n×d; labels: n; 2 to n−1 clusters
 * Units   none
 * Ties    1 when no row differs from its cluster's mean, as in scikit-learn
 * Cost    O(n·d)
 * Throws  METRICS_LABELS_DIFFER, METRICS_CLUSTER_COUNT
 * Source  Calinski & Harabasz 1974; held to scikit-learn by reference/clustering.golden.json
 */
export function calinskiHarabasz(matrix: Matrix, labels: ClusterLabels): number {
  const { data, rows: n, cols: d } = matrix;
  const { k, index, sizes, means } = clusterGroups(matrix, labels);
  const overall = new Float64Array(d);
  for (let at = 0; at < means.length; at += 1)
    overall[at % d] = (overall[at % d] as number) + ((means[at] as number) * (sizes[Math.floor(at / d)] as number)) / n;
  let within = 0;
  for (let i = 0; i < n; i += 1) {
    const at = (index[i] as number) * d;
    for (let j = 0; j < d; j += 1) within += ((data[i * d + j] as number) - (means[at + j] as number)) ** 2;
  }
  let between = 0;
  for (let c = 0; c < k; c += 1) {
    let squared = 0;
    for (let j = 0; j < d; j += 1) squared += ((means[c * d + j] as number) - (overall[j] as number)) ** 2;
    between += (sizes[c] as number) * squared;
  }
  return within === 0 ? 1 : (between * (n - k)) / (within * (k - 1));
}
