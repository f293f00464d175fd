import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState, type Matrix } from '@kohort/ml-core';
import type { Linkage } from './agglomerative.params';
import type { Dendrogram } from './dendrogram';

/** A fitted hierarchy: the dendrogram of its items, their clusters, and the items themselves for `predict`. */
export interface AgglomerativeState {
  readonly version: 1;
  readonly linkage: Linkage;
  readonly cols: number;
  /** Clusters below the cut. */
  readonly k: number;
  /** Training rows in each cluster. */
  readonly sizes: readonly number[];
  readonly dendrogram: Dendrogram;
  /** The training rows, or the means of micro-clusters: what the dendrogram's items are. */
  readonly items: Matrix;
  /** The cluster of each item. */
  readonly itemLabels: Int32Array;
  /** Set where the table was too large and was condensed first. */
  readonly condensed: { readonly rows: number; readonly microClusters: number } | null;
}

const whole = z.number().int().nonnegative();
const schema = z
  .object({
    estimator: z.literal('agglomerative'),
    version: z.literal(1),
    linkage: z.enum(['ward', 'average', 'complete', 'weighted', 'single']),
    cols: whole.positive(),
    k: whole.positive(),
    sizes: z.array(whole),
    left: z.array(whole),
    right: z.array(whole),
    height: z.array(z.number().nonnegative()),
    size: z.array(whole),
    items: z.array(z.number()),
    itemLabels: z.array(whole),
    condensed: z.object({ rows: whole, microClusters: whole }).nullable(),
  })
  .refine(
    ({ left, right, height, size, items, itemLabels, cols, k, sizes }) =>
      itemLabels.length > 0 &&
      [left, right, height, size].every((list) => list.length === itemLabels.length - 1) &&
      items.length === itemLabels.length * cols &&
      sizes.length === k &&
      itemLabels.every((label) => label < k),
    { message: 'arrays do not fit each other' },
  );

/** The state as JSON; numbers keep every bit. */
export function agglomerativeToJson(state: AgglomerativeState): Json {
  const { version, linkage, cols, k, sizes, dendrogram, items, itemLabels, condensed } = state;
  const { left, right, height, size } = dendrogram;
  const tree = { left: [...left], right: [...right], height: [...height], size: [...size] };
  const lists = { items: [...items.data], itemLabels: [...itemLabels], sizes: [...sizes] };
  return { estimator: 'agglomerative', version, linkage, cols, k, ...tree, ...lists, condensed };
}

/** Reads what agglomerativeToJson wrote. Throws ML_STATE with the first thing wrong. */
export function agglomerativeFromJson(json: unknown): AgglomerativeState {
  const read = readState('agglomerative', schema, json);
  const { version, linkage, cols, k, sizes, condensed } = read;
  const items = read.itemLabels.length;
  return {
    version,
    linkage,
    cols,
    k,
    sizes,
    condensed,
    dendrogram: {
      items,
      left: Int32Array.from(read.left),
      right: Int32Array.from(read.right),
      height: Float64Array.from(read.height),
      size: Float64Array.from(read.size),
    },
    items: { data: Float32Array.from(read.items), rows: items, cols },
    itemLabels: Int32Array.from(read.itemLabels),
  };
}
