import type { Tree, TreeEnsemble, TreeRows } from '@kohort/ml-propensity';
import type { Contributions } from './contributions';
import { explainErrors } from './explain-errors';
import { coverShare, TreeWalker } from './tree-walker';

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
    const walker = new TreeWalker(tree, bins, out);
    for (let row = 0; row < rows; row += 1) walker.explainRow(row * cols);
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
