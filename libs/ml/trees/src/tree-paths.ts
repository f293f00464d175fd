import { majorityOf, type ClassificationTree } from './classification-tree.state';

/** What a path asks of one feature: above `above` (null: no bound) and up to `upTo` (null: no bound). */
export interface FeatureInterval {
  readonly feature: number;
  readonly above: number | null;
  readonly upTo: number | null;
  /** A missing value passes too. */
  readonly missing: boolean;
  /** False when only missing values pass. */
  readonly present: boolean;
}

/** One way to a class: all intervals must hold. */
export interface TreePath {
  readonly predicted: number;
  /** By rising feature; empty for a tree of one leaf. */
  readonly intervals: readonly FeatureInterval[];
  /** Training rows of each class that end there. */
  readonly counts: readonly number[];
}

type Bounds = ReadonlyMap<number, FeatureInterval>;

function narrowed(bounds: Bounds, tree: ClassificationTree, node: number, goesLeft: boolean): Bounds {
  const feature = tree.feature[node] as number;
  const threshold = tree.threshold[node] as number;
  const known = bounds.get(feature) ?? { feature, above: null, upTo: null, missing: true, present: true };
  const missing = known.missing && tree.missingLeft[node] === goesLeft;
  let next: FeatureInterval = { ...known, missing };
  // A split of missing from present values bounds nothing.
  if (threshold === Number.MAX_VALUE) next = { ...next, present: goesLeft && known.present };
  else if (goesLeft) next = { ...next, upTo: Math.min(known.upTo ?? Infinity, threshold) };
  else next = { ...next, above: Math.max(known.above ?? -Infinity, threshold) };
  return new Map(bounds).set(feature, next);
}

/** True when all leaves below a node stand for one class: the splits below it say nothing. */
function settled(tree: ClassificationTree): boolean[] {
  const same = tree.feature.map(() => true);
  for (let node = tree.feature.length - 1; node >= 0; node -= 1) {
    if ((tree.feature[node] as number) < 0) continue;
    const [left, right] = [tree.left[node] as number, tree.right[node] as number];
    const [a, b] = [left, right].map((child) => firstLeafClass(tree, child));
    same[node] = same[left] === true && same[right] === true && a === b;
  }
  return same;
}

function firstLeafClass(tree: ClassificationTree, node: number): number {
  let at = node;
  while ((tree.feature[at] as number) >= 0) at = tree.left[at] as number;
  return majorityOf(tree, at);
}

/**
 * The ways from the root to the leaves, each as one interval a feature; leaves that say the same are joined where they
 * stand side by side.
 *
 * Shape   returns at least one path; every row follows exactly one
 */
export function treePaths(tree: ClassificationTree): TreePath[] {
  const whole = settled(tree);
  const paths: TreePath[] = [];
  const walk = (node: number, bounds: Bounds): void => {
    if (whole[node] === true) {
      const intervals = [...bounds.values()].sort((a, b) => a.feature - b.feature);
      paths.push({ predicted: firstLeafClass(tree, node), intervals, counts: tree.counts[node] ?? [] });
      return;
    }
    walk(tree.left[node] as number, narrowed(bounds, tree, node, true));
    walk(tree.right[node] as number, narrowed(bounds, tree, node, false));
  };
  walk(0, new Map());
  return paths;
}
