import type { Matrix } from '@kohort/ml-core';
import { clusteringErrors } from './clustering-errors';
import type { ClusterLabels } from './cluster-groups';

/**
 * Sum of squared Euclidean distances of rows to the centroid of their label, in double precision; rows of negative labels
 * add nothing.
 *
 * Shape   matrix: n×d; labels: n below k; centroids: k×d row-major
 * Units   squared units of the matrix
 * Cost    O(n·d)
 * Throws  METRICS_LABELS_DIFFER
 */
export function inertia(matrix: Matrix, labels: ClusterLabels, centroids: ArrayLike<number>): number {
  const { data, rows: n, cols: d } = matrix;
  if (labels.length !== n) throw clusteringErrors.METRICS_LABELS_DIFFER({ labels: labels.length, rows: n });
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    const at = (labels[i] as number) * d;
    if (at < 0) continue;
    let squared = 0;
    for (let j = 0; j < d; j += 1) squared += ((data[i * d + j] as number) - (centroids[at + j] as number)) ** 2;
    total += squared;
  }
  return total;
}
