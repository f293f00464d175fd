import type { Tree } from '@kohort/ml-propensity';

/** Share of a node's weight that went to a child; one half where the node has none. */
export function coverShare(tree: Tree, node: number, child: number): number {
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

/**
 * Walks all paths of one tree for one row after another and adds each leaf's value, split among the features on its path,
 * to `out`. Allocates once: a level owns a block of the path arrays, in which each feature met so far has the share of
 * weight that flows on where it is unknown (zero) and known (one), and the weights of subset sizes. A branch works on its
 * own block, so its sibling finds the parent's as it was.
 *
 * Source  Lundberg et al. 2018, algorithm 2
 */
export class TreeWalker {
  private readonly stride: number;
  private readonly feature: Int32Array;
  private readonly zero: Float64Array;
  private readonly one: Float64Array;
  private readonly weight: Float64Array;
  /** What a level is entered with: how long the path is before it, and the new feature's shares. */
  private readonly length: Int32Array;
  private readonly newFeature: Int32Array;
  private readonly newZero: Float64Array;
  private readonly newOne: Float64Array;
  private readonly leftShare: Float64Array;
  private rowAt = 0;

  constructor(
    private readonly tree: Tree,
    private readonly bins: Int16Array,
    private readonly out: Float64Array,
  ) {
    const levels = depthOf(tree) + 1;
    this.stride = levels + 1;
    this.feature = new Int32Array(levels * this.stride);
    this.zero = new Float64Array(levels * this.stride);
    this.one = new Float64Array(levels * this.stride);
    this.weight = new Float64Array(levels * this.stride);
    this.length = new Int32Array(levels);
    this.newFeature = new Int32Array(levels).fill(-1);
    this.newZero = new Float64Array(levels).fill(1);
    this.newOne = new Float64Array(levels).fill(1);
    this.leftShare = Float64Array.from(tree.feature, (feature, node) =>
      feature < 0 ? 0 : coverShare(tree, node, tree.left[node] as number),
    );
  }

  /** Explains the row whose first cell, in the bins and in the result, is at `rowAt`. */
  explainRow(rowAt: number): void {
    this.rowAt = rowAt;
    this.descend(0, 0);
  }

  private descend(node: number, level: number): void {
    const { tree } = this;
    const at = level * this.stride;
    let length = this.length[level] as number;
    if (level > 0) this.copyParent(at, length);
    this.extend(level, at, length);
    const split = tree.feature[node] as number;
    if (split < 0) {
      this.addLeaf(at, length, tree.value[node] as number);
      return;
    }
    let zero = 1;
    let one = 1;
    // A feature met before is taken back out, so that it counts once with the product of its shares.
    for (let i = 1; i <= length; i += 1) {
      if (this.feature[at + i] !== split) continue;
      zero = this.zero[at + i] as number;
      one = this.one[at + i] as number;
      this.unwind(at, length, i);
      length -= 1;
      break;
    }
    const bin = this.bins[this.rowAt + split] as number;
    const goesLeft = bin < 0 ? tree.missingLeft[node] === 1 : bin < (tree.threshold[node] as number);
    const leftShare = this.leftShare[node] as number;
    const below = level + 1;
    this.length[below] = length + 1;
    this.newFeature[below] = split;
    this.newZero[below] = zero * leftShare;
    this.newOne[below] = goesLeft ? one : 0;
    this.descend(tree.left[node] as number, below);
    this.length[below] = length + 1;
    this.newFeature[below] = split;
    this.newZero[below] = zero * (1 - leftShare);
    this.newOne[below] = goesLeft ? 0 : one;
    this.descend(tree.right[node] as number, below);
  }

  private copyParent(at: number, length: number): void {
    const from = at - this.stride;
    for (let i = 0; i < length; i += 1) {
      this.feature[at + i] = this.feature[from + i] as number;
      this.zero[at + i] = this.zero[from + i] as number;
      this.one[at + i] = this.one[from + i] as number;
      this.weight[at + i] = this.weight[from + i] as number;
    }
  }

  /** Adds the level's new feature at place `length` and brings the weights of all subset sizes up to date. */
  private extend(level: number, at: number, length: number): void {
    const { weight } = this;
    const zero = this.newZero[level] as number;
    const one = this.newOne[level] as number;
    this.feature[at + length] = this.newFeature[level] as number;
    this.zero[at + length] = zero;
    this.one[at + length] = one;
    weight[at + length] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i -= 1) {
      const held = weight[at + i] as number;
      weight[at + i + 1] = (weight[at + i + 1] as number) + (one * held * (i + 1)) / (length + 1);
      weight[at + i] = (zero * held * (length - i)) / (length + 1);
    }
  }

  /** Takes the feature at place `index` out again. */
  private unwind(at: number, length: number, index: number): void {
    const { weight } = this;
    const one = this.one[at + index] as number;
    const zero = this.zero[at + index] as number;
    let next = weight[at + length] as number;
    for (let i = length - 1; i >= 0; i -= 1) {
      const held = weight[at + i] as number;
      if (one === 0) {
        weight[at + i] = (held * (length + 1)) / (zero * (length - i));
        continue;
      }
      const without = (next * (length + 1)) / ((i + 1) * one);
      weight[at + i] = without;
      next = held - (without * zero * (length - i)) / (length + 1);
    }
    for (let i = index; i < length; i += 1) {
      this.feature[at + i] = this.feature[at + i + 1] as number;
      this.zero[at + i] = this.zero[at + i + 1] as number;
      this.one[at + i] = this.one[at + i + 1] as number;
    }
  }

  /** Sum of the weights as they would be without the feature at `index`; leaves the path as it is. */
  private unwoundSum(at: number, length: number, index: number): number {
    const one = this.one[at + index] as number;
    const zero = this.zero[at + index] as number;
    let next = this.weight[at + length] as number;
    let total = 0;
    for (let i = length - 1; i >= 0; i -= 1) {
      const held = this.weight[at + i] as number;
      if (one === 0) {
        total += (held * (length + 1)) / (zero * (length - i));
        continue;
      }
      const without = (next * (length + 1)) / ((i + 1) * one);
      total += without;
      next = held - (without * zero * (length - i)) / (length + 1);
    }
    return total;
  }

  private addLeaf(at: number, length: number, value: number): void {
    for (let i = 1; i <= length; i += 1) {
      const place = this.rowAt + (this.feature[at + i] as number);
      const share = (this.one[at + i] as number) - (this.zero[at + i] as number);
      this.out[place] = (this.out[place] as number) + this.unwoundSum(at, length, i) * share * value;
    }
  }
}
