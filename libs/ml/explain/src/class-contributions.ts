import type { Matrix, WideMatrix } from '@kohort/ml-core';
import type { Tree, TreeEnsemble, TreeRows } from '@kohort/ml-propensity';
import type { ClassificationTree } from '@kohort/ml-trees';
import type { Contributions } from './contributions';
import { explainErrors } from './explain-errors';
import { treeContributions } from './tree-shap';

/** The thresholds of each feature, rising: values between two of them are alike to the tree. */
function cutsOf(tree: ClassificationTree): number[][] {
  const cuts = Array.from({ length: tree.cols }, () => new Set<number>());
  tree.feature.forEach((feature, node) => {
    if (feature >= 0) cuts[feature]?.add(tree.threshold[node] as number);
  });
  return cuts.map((one) => [...one].sort((a, b) => a - b));
}

/** Rows as the number of thresholds that lie below each value; -1 is missing. */
function binRows(cuts: readonly number[][], { data, rows, cols }: Matrix | WideMatrix): TreeRows {
  const bins = Int16Array.from({ length: rows * cols }, (_, at) => {
    const value = data[at] as number;
    return Number.isNaN(value) ? -1 : (cuts[at % cols] ?? []).filter((cut) => cut < value).length;
  });
  return { rows, cols, bins };
}

/**
 * SHAP values of a classification tree: how much of a row's probability of a class each feature accounts for.
 *
 * Shape   matrix: n×d; values n×d; base + a row's values = the share of the class in the row's leaf
 * Units   probability
 * Cost    as treeContributions, for one tree
 * Throws  EXPLAIN_SHAPE for another width or an unknown class
 * Source  Lundberg et al. 2018; the mean over all orders of features is the test's oracle
 */
export function classContributions(
  tree: ClassificationTree,
  matrix: Matrix | WideMatrix,
  predicted: number,
): Contributions {
  if (predicted < 0 || predicted >= tree.classes) {
    throw explainErrors.EXPLAIN_SHAPE({ what: 'the class', found: predicted, expected: `below ${tree.classes}` });
  }
  if (matrix.cols !== tree.cols) {
    throw explainErrors.EXPLAIN_SHAPE({ what: 'a row', found: matrix.cols, expected: tree.cols });
  }
  const cuts = cutsOf(tree);
  const cover = tree.counts.map((counts) => counts.reduce((a, b) => a + b, 0));
  const shares: Tree = {
    feature: tree.feature,
    // Values up to the threshold go left: those with at most so many thresholds below them.
    threshold: tree.feature.map((feature, node) =>
      feature < 0 ? 0 : (cuts[feature]?.indexOf(tree.threshold[node] as number) ?? 0) + 1,
    ),
    left: tree.left,
    right: tree.right,
    missingLeft: tree.missingLeft.map((left) => (left ? 1 : 0)),
    value: tree.feature.map((feature, node) =>
      feature < 0 ? (tree.counts[node]?.[predicted] ?? 0) / (cover[node] || 1) : 0,
    ),
    cover,
  };
  const ensemble: TreeEnsemble = { version: 1, kind: 'trees', featureCount: tree.cols, baseMargin: 0, trees: [shares] };
  return treeContributions(ensemble, binRows(cuts, matrix));
}
