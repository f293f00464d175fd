import type { Matrix } from '@kohort/ml-core';
import { clusteringErrors } from './clustering-errors';

/** One cluster number per row; any integers, also with gaps. */
export type ClusterLabels = ArrayLike<number>;

/** Rows by cluster, clusters numbered 0..k-1 in rising order of their labels. */
export interface ClusterGroups {
  readonly k: number;
  /** Cluster of each row. */
  readonly index: Uint32Array;
  readonly sizes: Float64Array;
  /** k × d means in f64. */
  readonly means: Float64Array;
}

/** Widest span of labels that is looked up in a table instead of a map. */
const TABLE_SPAN = 65_536;

/** The place of each label among the distinct ones, which rise. */
function placesOf(distinct: readonly number[]): (label: number) => number {
  const [first = 0, last = 0] = [distinct[0], distinct.at(-1)];
  if (last - first < TABLE_SPAN && distinct.every((label) => Number.isInteger(label))) {
    const table = new Uint32Array(last - first + 1);
    distinct.forEach((label, at) => (table[label - first] = at));
    return (label) => table[label - first] as number;
  }
  const places = new Map(distinct.map((label, at) => [label, at]));
  return (label) => places.get(label) ?? 0;
}

/** Numbers labels 0..k-1 in rising order; returns the cluster of each row and the sizes. */
export function denseLabels(labels: ClusterLabels): { k: number; index: Uint32Array; sizes: Float64Array } {
  const seen = new Set<number>();
  // Neighbours are often of one cluster, and a set is dear to ask.
  for (let i = 0, last = NaN; i < labels.length; i += 1) {
    const label = labels[i] as number;
    if (label !== last) seen.add(label);
    last = label;
  }
  const distinct = [...seen].sort((a, b) => a - b);
  const placeOf = placesOf(distinct);
  const index = new Uint32Array(labels.length);
  const sizes = new Float64Array(distinct.length);
  for (let i = 0; i < labels.length; i += 1) {
    const at = placeOf(labels[i] as number);
    index[i] = at;
    sizes[at] = (sizes[at] as number) + 1;
  }
  return { k: distinct.length, index, sizes };
}

/**
 * Groups rows for a measure that needs 2 to n−1 clusters.
 *
 * Throws  METRICS_LABELS_DIFFER, METRICS_CLUSTER_COUNT
 */
export function clusterGroups(matrix: Matrix, labels: ClusterLabels): ClusterGroups {
  const { data, rows: n, cols: d } = matrix;
  if (labels.length !== n) throw clusteringErrors.METRICS_LABELS_DIFFER({ labels: labels.length, rows: n });
  const { k, index, sizes } = denseLabels(labels);
  if (k < 2 || k > n - 1) throw clusteringErrors.METRICS_CLUSTER_COUNT({ clusters: k, rows: n, most: n - 1 });
  const means = new Float64Array(k * d);
  for (let i = 0; i < n; i += 1) {
    const to = (index[i] as number) * d;
    for (let j = 0; j < d; j += 1) means[to + j] = (means[to + j] as number) + (data[i * d + j] as number);
  }
  for (let at = 0; at < means.length; at += 1) {
    means[at] = (means[at] as number) / (sizes[Math.floor(at / d)] as number);
  }
  return { k, index, sizes, means };
}
