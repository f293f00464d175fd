import type { Tree, TreeEnsemble, TreeRows } from '@kohort/ml-propensity';
import type { Contributions } from './contributions';
import { explainErrors } from './explain-errors';

/**
 * The path from the root: for each feature met on it the share of weight that flows on where the feature is unknown
 * (zero) and known (one), and the permutation weights. One block of `depth + 2` entries per level, so that a branch
 * works on its own copy and its sibling finds the parent's.
 */
interface Path {
  readonly feature: Int32Array;
  readonly zero: Float64Array;
  readonly one: Float64Array;
  readonly weight: Float64Array;
}

interface Walk {
  readonly tree: Tree;
  readonly path: Path;
  /** The row's bins and where its contributions go. */
  readonly bins: Int16Array;
  readonly binsAt: number;
  readonly out: Float64Array;
  readonly outAt: number;
}

interface Step {
  readonly node: number;
  /** Start of this level's block, and of the block it is copied from. */
  readonly from: number;
  readonly length: number;
  readonly zero: number;
  readonly one: number;
  readonly feature: number;
}

/**
 * Exact path-dependent SHAP values of boosted trees: how much of a row's margin each feature accounts for, averaged over
 * all orders in which features could become known, with unknown ones weighted by the training rows' cover.
 *
 * Shape   rows: n × featureCount of the ensemble; values n × featureCount; base + a row's values = its margin
 * Units   log-odds
 * Cost    O(n · Σ leaves · depth²) time, O(depth²) memory beside the result
 * Throws  EXPLAIN_SHAPE
 * Source  Lundberg et al. 2018, algorithm 2; held to XGBoost's pred_contribs by reference/tree-shap.golden.json
 */
export function treeContributions(ensemble: TreeEnsemble, { rows, cols, bins }: TreeRows): Contributions {
  if (cols !== ensemble.featureCount) {
    throw explainErrors.EXPLAIN_SHAPE({ what: 'a row', found: cols, expected: ensemble.featureCount });
  }
  const out = new Float64Array(rows * cols);
  let base = ensemble.baseMargin;
  for (const tree of ensemble.trees) {
    base += expectedValue(tree);
    const path = makePath(depthOf(tree));
    for (let row = 0; row < rows; row += 1) {
      const walk = { tree, path, bins, binsAt: row * cols, out, outAt: row * cols };
      descend(walk, { node: 0, from: 0, length: 0, zero: 1, one: 1, feature: -1 });
    }
  }
  return { rows, features: cols, base, values: out };
}

/** Mean leaf value, weighted by cover. */
function expectedValue(tree: Tree): number {
  const means = [...tree.value];
  for (let node = tree.feature.length - 1; node >= 0; node -= 1) {
    if ((tree.feature[node] as number) < 0) continue;
    const left = tree.left[node] as number;
    const right = tree.right[node] as number;
    const share = coverShare(tree, node, left);
    means[node] = share * (means[left] as number) + (1 - share) * (means[right] as number);
  }
  return means[0] as number;
}

/** Share of a node's weight that went to a child; one half where the node has none. */
function coverShare(tree: Tree, node: number, child: number): number {
  const sibling = child === tree.left[node] ? (tree.right[node] as number) : (tree.left[node] as number);
  const own = tree.cover[child] as number;
  const both = own + (tree.cover[sibling] as number);
  return both > 0 ? own / both : 0.5;
}

function depthOf(tree: Tree): number {
  const depth = new Int32Array(tree.feature.length);
  let deepest = 0;
  tree.feature.forEach((feature, node) => {
    deepest = Math.max(deepest, depth[node] as number);
    if (feature < 0) return;
    depth[tree.left[node] as number] = (depth[node] as number) + 1;
    depth[tree.right[node] as number] = (depth[node] as number) + 1;
  });
  return deepest;
}

function makePath(depth: number): Path {
  const size = ((depth + 2) * (depth + 3)) / 2 + depth + 2;
  return {
    feature: new Int32Array(size),
    zero: new Float64Array(size),
    one: new Float64Array(size),
    weight: new Float64Array(size),
  };
}

function descend(walk: Walk, step: Step): void {
  const { tree, path } = walk;
  const at = step.from + step.length;
  copyBlock(path, step.from, at, step.length);
  extend(path, at, step);
  const split = tree.feature[step.node] as number;
  if (split < 0) {
    addLeaf(walk, at, step.length, tree.value[step.node] as number);
    return;
  }
  const left = tree.left[step.node] as number;
  const right = tree.right[step.node] as number;
  const bin = walk.bins[walk.binsAt + split] as number;
  const goesLeft = bin < 0 ? tree.missingLeft[step.node] === 1 : bin < (tree.threshold[step.node] as number);
  const hot = goesLeft ? left : right;
  const cold = goesLeft ? right : left;
  let { length } = step;
  let zero = 1;
  let one = 1;
  // A feature met before is taken back out, so that it counts once with the product of its shares.
  for (let i = 1; i <= length; i += 1) {
    if (path.feature[at + i] !== split) continue;
    zero = path.zero[at + i] as number;
    one = path.one[at + i] as number;
    unwind(path, at, length, i);
    length -= 1;
    break;
  }
  const next = { from: at, length: length + 1, feature: split };
  descend(walk, { ...next, node: hot, zero: zero * coverShare(tree, step.node, hot), one });
  descend(walk, { ...next, node: cold, zero: zero * coverShare(tree, step.node, cold), one: 0 });
}

function copyBlock(path: Path, from: number, to: number, length: number): void {
  path.feature.copyWithin(to, from, from + length);
  path.zero.copyWithin(to, from, from + length);
  path.one.copyWithin(to, from, from + length);
  path.weight.copyWithin(to, from, from + length);
}

/** Adds one feature at place `length` and brings the weights of all subset sizes up to date. */
function extend(path: Path, at: number, { length, zero, one, feature }: Step): void {
  path.feature[at + length] = feature;
  path.zero[at + length] = zero;
  path.one[at + length] = one;
  path.weight[at + length] = length === 0 ? 1 : 0;
  for (let i = length - 1; i >= 0; i -= 1) {
    const weight = path.weight[at + i] as number;
    path.weight[at + i + 1] = (path.weight[at + i + 1] as number) + (one * weight * (i + 1)) / (length + 1);
    path.weight[at + i] = (zero * weight * (length - i)) / (length + 1);
  }
}

/** Takes the feature at place `index` out again. */
function unwind(path: Path, at: number, length: number, index: number): void {
  const one = path.one[at + index] as number;
  const zero = path.zero[at + index] as number;
  let next = path.weight[at + length] as number;
  for (let i = length - 1; i >= 0; i -= 1) {
    if (one !== 0) {
      const held = path.weight[at + i] as number;
      const weight = (next * (length + 1)) / ((i + 1) * one);
      path.weight[at + i] = weight;
      next = held - (weight * zero * (length - i)) / (length + 1);
    } else {
      path.weight[at + i] = ((path.weight[at + i] as number) * (length + 1)) / (zero * (length - i));
    }
  }
  for (let i = index; i < length; i += 1) {
    path.feature[at + i] = path.feature[at + i + 1] as number;
    path.zero[at + i] = path.zero[at + i + 1] as number;
    path.one[at + i] = path.one[at + i + 1] as number;
  }
}

/** Sum of the weights as they would be without the feature at `index`; leaves the path as it is. */
function unwoundSum(path: Path, at: number, length: number, index: number): number {
  const one = path.one[at + index] as number;
  const zero = path.zero[at + index] as number;
  let next = path.weight[at + length] as number;
  let total = 0;
  for (let i = length - 1; i >= 0; i -= 1) {
    if (one !== 0) {
      const weight = (next * (length + 1)) / ((i + 1) * one);
      total += weight;
      next = (path.weight[at + i] as number) - (weight * zero * (length - i)) / (length + 1);
    } else {
      total += ((path.weight[at + i] as number) * (length + 1)) / (zero * (length - i));
    }
  }
  return total;
}

function addLeaf({ path, out, outAt }: Walk, at: number, length: number, value: number): void {
  for (let i = 1; i <= length; i += 1) {
    const place = outAt + (path.feature[at + i] as number);
    const share = (path.one[at + i] as number) - (path.zero[at + i] as number);
    out[place] = (out[place] as number) + unwoundSum(path, at, length, i) * share * value;
  }
}
