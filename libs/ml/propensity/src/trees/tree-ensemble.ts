import { z } from 'zod';
import { propensityErrors } from '../propensity-errors';

const treeSchema = z
  .object({
    /** Feature a node splits on; -1 in a leaf. */
    feature: z.array(z.number().int().min(-1)),
    /** A row goes left when its value is below this. 0 in a leaf. */
    threshold: z.array(z.number()),
    /** Child nodes; -1 in a leaf. Children stand after their parent. */
    left: z.array(z.number().int().min(-1)),
    right: z.array(z.number().int().min(-1)),
    /** 1 where a missing value goes left. */
    missingLeft: z.array(z.number().int().min(0).max(1)),
    /** What a leaf adds to the margin; 0 in a split. */
    value: z.array(z.number()),
    /** Sum of the training rows' second derivatives in the node: its weight in explanations. */
    cover: z.array(z.number().nonnegative()),
  })
  .refine(isWellFormed, 'nodes must have all seven fields, children after their parent and features in leaves of -1');

const treeEnsembleSchema = z.object({
  version: z.literal(1),
  kind: z.literal('trees'),
  featureCount: z.number().int().positive(),
  /** Margin before the first tree. */
  baseMargin: z.number(),
  trees: z.array(treeSchema),
});

/** One binary tree as parallel arrays, root first. */
export type Tree = Readonly<z.infer<typeof treeSchema>>;

/**
 * Additive binary trees: the margin of a row is baseMargin plus one leaf value of each tree. A value of -1 (the bin of
 * a missing value) goes where `missingLeft` sends it. Plain data, so its JSON is its serialised form.
 */
export type TreeEnsemble = Readonly<z.infer<typeof treeEnsembleSchema>>;

/** Row-major numbers to send down the trees; -1 is missing. */
export interface TreeRows {
  readonly rows: number;
  readonly cols: number;
  readonly bins: Int16Array;
}

function isWellFormed(tree: {
  feature: number[];
  threshold: number[];
  left: number[];
  right: number[];
  missingLeft: number[];
  value: number[];
  cover: number[];
}): boolean {
  const nodes = tree.feature.length;
  const equal = [tree.threshold, tree.left, tree.right, tree.missingLeft, tree.value, tree.cover].every(
    (field) => field.length === nodes,
  );
  if (!equal || nodes === 0) return false;
  return tree.feature.every((feature, node) => {
    const left = tree.left[node] as number;
    const right = tree.right[node] as number;
    if (feature === -1) return left === -1 && right === -1;
    return left > node && right > node && left < nodes && right < nodes;
  });
}

/** Reads a stored ensemble. Throws PROPENSITY_STATE_INVALID. */
export function parseTreeEnsemble(stored: unknown): TreeEnsemble {
  const parsed = treeEnsembleSchema.safeParse(stored);
  if (!parsed.success) {
    throw propensityErrors.PROPENSITY_STATE_INVALID({ what: 'tree ensemble', reason: z.prettifyError(parsed.error) });
  }
  const { featureCount, trees } = parsed.data;
  if (trees.some((tree) => tree.feature.some((feature) => feature >= featureCount))) {
    throw propensityErrors.PROPENSITY_STATE_INVALID({
      what: 'tree ensemble',
      reason: 'a split names an unknown feature',
    });
  }
  return parsed.data;
}

/** The trees' nodes one after another in typed arrays, for the inner loop. */
interface FlatTrees {
  readonly roots: Uint32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly missing: Uint32Array;
  readonly value: Float64Array;
}

function flatten(trees: readonly Tree[]): FlatTrees {
  const nodes = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const flat: FlatTrees = {
    roots: new Uint32Array(trees.length),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Uint32Array(nodes),
    right: new Uint32Array(nodes),
    missing: new Uint32Array(nodes),
    value: new Float64Array(nodes),
  };
  let offset = 0;
  trees.forEach((tree, t) => {
    flat.roots[t] = offset;
    tree.feature.forEach((feature, node) => {
      const at = offset + node;
      flat.feature[at] = feature;
      flat.threshold[at] = tree.threshold[node] as number;
      flat.left[at] = offset + (tree.left[node] as number);
      flat.right[at] = offset + (tree.right[node] as number);
      flat.missing[at] = (tree.missingLeft[node] === 1 ? flat.left[at] : flat.right[at]) as number;
      flat.value[at] = tree.value[node] as number;
    });
    offset += tree.feature.length;
  });
  return flat;
}

/**
 * Margin (log-odds) of each row.
 *
 * Shape   rows: n × featureCount; returns n
 * Ties    a value equal to a threshold goes right
 * Cost    O(n · trees · depth) time, O(nodes) memory
 * Throws  TREES_SHAPE when the widths differ
 */
export function treeMargins(ensemble: TreeEnsemble, { rows, cols, bins }: TreeRows): Float64Array {
  if (cols !== ensemble.featureCount) {
    throw propensityErrors.TREES_SHAPE({ expected: ensemble.featureCount, found: cols });
  }
  const { roots, feature, threshold, left, right, missing, value } = flatten(ensemble.trees);
  const margins = new Float64Array(rows).fill(ensemble.baseMargin);
  for (const root of roots) {
    for (let row = 0; row < rows; row += 1) {
      let node = root;
      let split = feature[node] as number;
      while (split >= 0) {
        const bin = bins[row * cols + split] as number;
        if (bin < 0) node = missing[node] as number;
        else node = (bin < (threshold[node] as number) ? left[node] : right[node]) as number;
        split = feature[node] as number;
      }
      margins[row] = (margins[row] as number) + (value[node] as number);
    }
  }
  return margins;
}
