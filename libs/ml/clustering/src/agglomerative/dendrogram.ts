import { mlErrors } from '@kohort/ml-core';
import type { DendrogramCut } from './agglomerative.params';

/**
 * The joins of a hierarchical clustering of m items, lowest first; the i-th makes cluster m + i of two earlier ones
 * (items are clusters 0..m-1), as scipy's linkage matrix has it.
 */
export interface Dendrogram {
  readonly items: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly height: Float64Array;
  /** Rows in the cluster made. */
  readonly size: Float64Array;
}

/** A join of the clusters that hold two items, in any order of heights. */
export interface Join {
  readonly a: number;
  readonly b: number;
  readonly height: number;
}

/** Finds the root of an item, shortening the way for the next. */
export function rootOf(parents: Int32Array, item: number): number {
  let root = item;
  while (parents[root] !== root) root = parents[root] as number;
  for (let at = item; parents[at] !== root;) {
    const next = parents[at] as number;
    parents[at] = root;
    at = next;
  }
  return root;
}

/**
 * Sorts joins by height and numbers the clusters they make.
 *
 * Shape   joins: m−1 that connect m items; weights: rows of each item
 * Ties    of equal heights the join made first comes first
 */
export function dendrogramOf(joins: readonly Join[], weights: ArrayLike<number>): Dendrogram {
  const items = weights.length;
  const sorted = [...joins].sort((p, q) => p.height - q.height);
  const parents = Int32Array.from({ length: items + sorted.length }, (_, i) => i);
  const size = new Float64Array(sorted.length);
  const sizeOf = (cluster: number): number =>
    cluster < items ? (weights[cluster] as number) : (size[cluster - items] as number);
  const [left, right] = [new Int32Array(sorted.length), new Int32Array(sorted.length)];
  sorted.forEach(({ a, b }, at) => {
    const [p, q] = [rootOf(parents, a), rootOf(parents, b)];
    left[at] = Math.min(p, q);
    right[at] = Math.max(p, q);
    size[at] = sizeOf(p) + sizeOf(q);
    parents[p] = items + at;
    parents[q] = items + at;
  });
  return { items, left, right, height: Float64Array.from(sorted, ({ height }) => height), size };
}

/** Joins that a cut keeps. Throws ML_TOO_FEW_ROWS when k clusters would have to part items at height 0. */
function joinsKept({ items, height }: Dendrogram, cut: DendrogramCut): number {
  if (cut.by === 'height') return height.filter((value) => value <= cut.height).length;
  const kept = items - cut.k;
  if (kept < 0 || (cut.k > 1 && height[kept] === 0)) {
    const distinct = kept < 0 ? items : 1 + height.filter((value) => value > 0).length;
    const estimator = `a cut into ${cut.k} clusters`;
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: cut.k, of: 'distinct rows', rows: distinct });
  }
  return kept;
}

/**
 * The clusters of a dendrogram below a cut.
 *
 * Shape   returns a label for each item, numbered 0.. in the order of the clusters' first items
 * Ties    a cut by k undoes the last k − 1 joins
 * Throws  ML_TOO_FEW_ROWS when there are fewer than k items, or fewer that differ
 */
export function cutDendrogram(dendrogram: Dendrogram, cut: DendrogramCut): Int32Array {
  const { items, left, right } = dendrogram;
  const kept = joinsKept(dendrogram, cut);
  const parents = Int32Array.from({ length: items + kept }, (_, i) => i);
  for (let at = 0; at < kept; at += 1) {
    parents[left[at] as number] = items + at;
    parents[right[at] as number] = items + at;
  }
  const names = new Map<number, number>();
  return Int32Array.from({ length: items }, (_, item) => {
    const root = rootOf(parents, item);
    const label = names.get(root) ?? names.size;
    names.set(root, label);
    return label;
  });
}
