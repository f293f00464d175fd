import type { ClusterLabels } from './cluster-groups';
import { clusteringErrors } from './clustering-errors';

/**
 * For each cluster 0..k-1 of `labels` its greatest Jaccard similarity with any cluster of `other`: how much of it is
 * found again. Negative labels are noise, in no cluster.
 *
 * Shape   two labellings of the same n rows; returns k values
 * Units   none, 0..1
 * Ties    1 for a cluster without rows
 * Cost    O(n + cells)
 * Throws  METRICS_LABELS_DIFFER
 * Source  Hennig 2007, Cluster-wise assessment of cluster stability
 */
export function clusterJaccards(labels: ClusterLabels, other: ClusterLabels, k: number): Float64Array {
  if (labels.length !== other.length) {
    throw clusteringErrors.METRICS_LABELS_DIFFER({ labels: other.length, rows: labels.length });
  }
  let width = 0;
  for (let i = 0; i < other.length; i += 1) width = Math.max(width, (other[i] as number) + 1);
  const both = new Float64Array(k * width);
  const mine = new Float64Array(k);
  const theirs = new Float64Array(width);
  for (let i = 0; i < labels.length; i += 1) {
    const a = labels[i] as number;
    const b = other[i] as number;
    if (a >= 0) mine[a] = (mine[a] as number) + 1;
    if (b >= 0) theirs[b] = (theirs[b] as number) + 1;
    if (a >= 0 && b >= 0) both[a * width + b] = (both[a * width + b] as number) + 1;
  }
  return mine.map((size, a) => {
    if (size === 0) return 1;
    let best = 0;
    for (let b = 0; b < width; b += 1) {
      const common = both[a * width + b] as number;
      best = Math.max(best, common / (size + (theirs[b] as number) - common));
    }
    return best;
  });
}
