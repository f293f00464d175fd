import { parseTreeEnsemble, treeMargins, type TreeEnsemble, type TreeRows } from '@kohort/ml-propensity';
import { treeContributions } from './tree-shap';

/** A model that the reference made, and rows for it. */
export interface TreeShapBenchInput {
  readonly ensemble: TreeEnsemble;
  readonly rows: TreeRows;
}

/** Reads a stored ensemble and its bins. Throws PROPENSITY_STATE_INVALID. */
export function treeShapBenchInput(stored: unknown, bins: readonly number[], cols: number): TreeShapBenchInput {
  const rows = { rows: bins.length / cols, cols, bins: Int16Array.from(bins) };
  return { ensemble: parseTreeEnsemble(stored), rows };
}

/** Predicts all rows and explains all rows; the clock is the caller's. */
export function runTreeShapBench(
  { ensemble, rows }: TreeShapBenchInput,
  clock: () => number,
): { predictSeconds: number; explainSeconds: number; margins: Float64Array; values: Float64Array } {
  const began = clock();
  const margins = treeMargins(ensemble, rows);
  const predicted = clock();
  const { values } = treeContributions(ensemble, rows);
  return { predictSeconds: predicted - began, explainSeconds: clock() - predicted, margins, values };
}
