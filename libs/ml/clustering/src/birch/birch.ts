import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  labelSizes,
  mlErrors,
  nearestNeighbours,
  poolOf,
  rememberedIndex,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { linkRows } from '../agglomerative/agglomerative';
import { cutDendrogram } from '../agglomerative/dendrogram';
import { birchCutLimits, birchDefaults, birchLimits, type BirchParams } from './birch.params';
import { birchFromJson, birchToJson, type BirchState } from './birch.state';
import { FeatureTree, type FeatureEntry } from './feature-tree';

const ROWS_A_BREATH = 5_000;

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedBirch extends BirchState {
  readonly labels: Int32Array;
}

/** A tree of the same rows with twice the threshold. */
function coarser(tree: FeatureTree, threshold: number, branching: number): FeatureTree {
  const made = new FeatureTree(threshold, branching);
  for (const entry of tree.entries()) made.insert(entry);
  return made;
}

/** Takes all rows in; doubles the threshold whenever there are too many subclusters. */
async function growTree(matrix: Matrix, params: BirchParams, control: ComputeControl) {
  const { branching, mostSubclusters } = params;
  const { data, rows, cols } = matrix;
  let { threshold } = params;
  let tree = new FeatureTree(threshold, branching);
  const mean = new Float64Array(cols);
  for (let i = 0; i < rows; i += 1) {
    if (i % ROWS_A_BREATH === 0) {
      await breathe(control);
      control.onProgress?.({ phase: 'taking rows in', done: i, total: rows });
    }
    for (let j = 0; j < cols; j += 1) mean[j] = data[i * cols + j] as number;
    tree.insert({ n: 1, mean, spread: 0 });
    while (tree.leaves > mostSubclusters) {
      threshold *= 2;
      tree = coarser(tree, threshold, branching);
    }
  }
  return { entries: tree.entries(), threshold };
}

function meansOf(entries: readonly FeatureEntry[], cols: number): Matrix {
  const data = new Float32Array(entries.length * cols);
  entries.forEach(({ mean }, at) => data.set(mean, at * cols));
  return { data, rows: entries.length, cols };
}

/** Clusters of the subclusters: by Ward's linkage, which knows their sizes, or each its own. */
async function labelSubclusters(subclusters: Matrix, weights: Float64Array, k: number | null, control: ComputeControl) {
  if (k === null) return Int32Array.from({ length: subclusters.rows }, (_, at) => at);
  if (subclusters.rows < k) {
    const estimator = `BIRCH with k = ${k}`;
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, of: 'subclusters', rows: subclusters.rows });
  }
  return cutDendrogram(await linkRows(subclusters, { linkage: 'ward', weights }, control), { by: 'k', k });
}

function checkFit(matrix: Matrix, params: BirchParams): void {
  checkParams('birch', params, birchLimits);
  const { k } = params;
  if (k !== null) checkParams('birch', { k }, birchCutLimits);
  checkMatrix(matrix);
  const needed = k ?? 1;
  if (matrix.rows >= needed) return;
  throw mlErrors.ML_TOO_FEW_ROWS({ estimator: `BIRCH with k = ${needed}`, needed, rows: matrix.rows });
}

/** The nearest subcluster's label of each row. */
async function labelsFor(
  { subclusters, subclusterLabels }: Pick<BirchState, 'subclusters' | 'subclusterLabels'>,
  matrix: Matrix,
  control: ComputeControl,
): Promise<Int32Array> {
  const nearest = await nearestNeighbours(rememberedIndex(subclusters), { queries: matrix, k: 1 }, control);
  return Int32Array.from(nearest.rows, (at) => subclusterLabels[at] as number);
}

/**
 * BIRCH: one pass over the rows makes small subclusters, which Ward's linkage then joins to k clusters.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1, those of the nearest subclusters
 * Units   threshold in units of the matrix
 * Ties    the first entry of a node; depends on the order of the rows, as every one-pass method
 * Cost    O(n · branching · d · depth), then subclusters² · d; memory grows with the subclusters
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or subclusters than k), ML_TOO_LARGE,
 *         ML_CANCELLED
 * Source  Zhang, Ramakrishnan & Livny 1996; held to scikit-learn by reference/birch.golden.json
 */
async function fit(matrix: Matrix, params: BirchParams, control: FitControl): Promise<FittedBirch> {
  checkFit(matrix, params);
  await breathe(control);
  if (matrix.rows === 0) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'BIRCH', needed: 1, rows: 0 });
  const shared = { ...control, pool: poolOf(control) };
  const { cols } = matrix;
  const { entries, threshold } = await growTree(matrix, params, shared);
  const subclusters = meansOf(entries, cols);
  const weights = Float64Array.from(entries, ({ n }) => n);
  const subclusterLabels = await labelSubclusters(subclusters, weights, params.k, shared);
  const labels = await labelsFor({ subclusters, subclusterLabels }, matrix, shared);
  const k = params.k ?? subclusters.rows;
  const sizes = labelSizes(labels, k);
  return { version: 1, cols, k, threshold, subclusters, weights, subclusterLabels, sizes, labels };
}

/**
 * The cluster of the nearest subcluster. Training rows get their training labels.
 *
 * Shape   matrix: m × the training columns; answers m labels in 0..k-1
 * Ties    the first subcluster wins
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(fitted: BirchState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  checkWidth(fitted.cols, matrix);
  checkMatrix(matrix);
  return labelsFor(fitted, matrix, control);
}

/** BIRCH as an estimator: see `fit` for what it promises. */
export const birch = {
  name: 'birch',
  defaults: birchDefaults,
  limits: birchLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: birchToJson,
  fromJson: birchFromJson,
} satisfies Estimator<BirchParams, BirchState>;
