import { clusteringErrors } from './clustering-errors';
import { denseLabels, type ClusterLabels } from './cluster-groups';

/** How two labellings of the same rows fall together. Counts are f64: products of millions stay exact enough. */
export interface Contingency {
  readonly n: number;
  /** Rows in each class of the first labelling. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Only the cells that hold rows. */
  readonly cells: readonly { readonly a: number; readonly b: number; readonly count: number }[];
}

/** Throws METRICS_LABELS_DIFFER when the labellings are not equally long. */
export function contingencyOf(first: ClusterLabels, second: ClusterLabels): Contingency {
  if (first.length !== second.length) {
    throw clusteringErrors.METRICS_LABELS_DIFFER({ labels: second.length, rows: first.length });
  }
  const a = denseLabels(first);
  const b = denseLabels(second);
  const counts = new Map<number, number>();
  for (let i = 0; i < first.length; i += 1) {
    const cell = (a.index[i] as number) * b.k + (b.index[i] as number);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const cells = [...counts].sort(([x], [y]) => x - y);
  return {
    n: first.length,
    first: a.sizes,
    second: b.sizes,
    cells: cells.map(([cell, count]) => ({ a: Math.floor(cell / b.k), b: cell % b.k, count })),
  };
}
