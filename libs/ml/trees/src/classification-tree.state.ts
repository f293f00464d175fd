import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';

const isWellFormed = (tree: {
  feature: number[];
  threshold: number[];
  missingLeft: boolean[];
  left: number[];
  right: number[];
  counts: number[][];
  cols: number;
  classes: number;
}): boolean => {
  const nodes = tree.feature.length;
  const { threshold, missingLeft, left, right, counts } = tree;
  if (nodes === 0 || [threshold, missingLeft, left, right, counts].some((field) => field.length !== nodes))
    return false;
  if (counts.some((one) => one.length !== tree.classes)) return false;
  return tree.feature.every((feature, node) => {
    const [a, b] = [left[node] as number, right[node] as number];
    if (feature === -1) return a === -1 && b === -1;
    return feature < tree.cols && a > node && b > node && a < nodes && b < nodes;
  });
};

const stateSchema = z
  .object({
    version: z.literal(1),
    kind: z.literal('classification-tree'),
    cols: z.number().int().positive(),
    classes: z.number().int().positive(),
    /** Feature a node splits on; -1 in a leaf. */
    feature: z.array(z.number().int().min(-1)),
    /** A value up to this goes left. 0 in a leaf. */
    threshold: z.array(z.number()),
    /** Where a missing value goes. */
    missingLeft: z.array(z.boolean()),
    /** Child nodes, after their parent; -1 in a leaf. */
    left: z.array(z.number().int().min(-1)),
    right: z.array(z.number().int().min(-1)),
    /** Training rows of each class in each node. */
    counts: z.array(z.array(z.number().nonnegative())),
  })
  .refine(isWellFormed, 'nodes must have all fields, children after their parent and known features');

/** A fitted tree: plain data, so its JSON is its serialised form. Root first. */
export type ClassificationTree = Readonly<z.infer<typeof stateSchema>>;

export const treeToJson = (tree: ClassificationTree): Json => ({ ...tree });

/** Reads what treeToJson wrote. Throws ML_STATE. */
export const treeFromJson = (json: unknown): ClassificationTree => readState('classification tree', stateSchema, json);

/** The class with most training rows in a node; the first of equals. */
export function majorityOf(tree: ClassificationTree, node: number): number {
  const counts = tree.counts[node] ?? [];
  return counts.reduce((best, count, at) => (count > (counts[best] as number) ? at : best), 0);
}
