import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  growSpanningTree,
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
import {
  agglomerativeDefaults,
  agglomerativeLimits,
  dendrogramCutLimits,
  type AgglomerativeParams,
  type Linkage,
} from './agglomerative.params';
import { agglomerativeFromJson, agglomerativeToJson, type AgglomerativeState } from './agglomerative.state';
import { cutDendrogram, dendrogramOf, type Dendrogram, type Join } from './dendrogram';
import { condense } from './micro-clusters';
import { joinByPairs } from './pair-chain';
import { joinByWard } from './ward-chain';

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedAgglomerative extends AgglomerativeState {
  readonly labels: Int32Array;
}

/** Joins of single linkage: the edges of the minimum spanning tree. */
async function joinBySingle(matrix: Matrix, control: ComputeControl): Promise<Join[]> {
  const { order, need, through } = await growSpanningTree(matrix, { by: 'own' }, control);
  const joins: Join[] = [];
  for (let at = 1; at < order.length; at += 1) {
    joins.push({ a: through[at] as number, b: order[at] as number, height: need[at] as number });
  }
  return joins;
}

/**
 * The whole hierarchy of some items.
 *
 * Shape   matrix: m×d, finite; weights: rows behind each item, 1 each when left out
 * Units   heights as scipy's `linkage`
 * Cost    O(m²·d) time; memory 8·m·d bytes for ward and single, else 8·m² more
 * Throws  ML_NOT_FINITE, ML_SHAPE, ML_TOO_LARGE, ML_CANCELLED
 * Source  held to scipy by reference/agglomerative.golden.json
 */
export async function linkRows(
  matrix: Matrix,
  { linkage, weights = new Float64Array(matrix.rows).fill(1) }: { linkage: Linkage; weights?: Float64Array },
  control: ComputeControl = {},
): Promise<Dendrogram> {
  checkMatrix(matrix);
  if (linkage === 'single') return dendrogramOf(await joinBySingle(matrix, control), weights);
  if (linkage === 'ward') return dendrogramOf(await joinByWard(matrix, weights, control), weights);
  return dendrogramOf(await joinByPairs({ rows: matrix }, { weights, linkage }, control), weights);
}

function checkFit(matrix: Matrix, params: AgglomerativeParams): void {
  checkParams('agglomerative', params, agglomerativeLimits);
  const { cut } = params;
  const limit = cut.by === 'k' ? { k: dendrogramCutLimits.k } : { height: dendrogramCutLimits.height };
  checkParams('agglomerative', cut, limit);
  checkMatrix(matrix);
  const needed = cut.by === 'k' ? cut.k : 1;
  if (matrix.rows >= needed) return;
  throw mlErrors.ML_TOO_FEW_ROWS({ estimator: `a cut into ${needed} clusters`, needed, rows: matrix.rows });
}

/**
 * Hierarchical clustering from the rows up.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1, numbered by first row, and the dendrogram
 * Ties    see joinByPairs; clusters joined at one height may join in another order than scipy's
 * Cost    O(n²·d) up to `mostRows`; above it the rows are condensed to `microClusters` means first, whose weights ward
 *         and average know; `condensed` says so. Memory: see linkRows
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), ML_TOO_LARGE,
 *         ML_CANCELLED
 * Source  Ward 1963; Murtagh 1983; Lance & Williams 1967; held to scipy by reference/agglomerative.golden.json
 */
async function fit(matrix: Matrix, params: AgglomerativeParams, control: FitControl): Promise<FittedAgglomerative> {
  checkFit(matrix, params);
  await breathe(control);
  const { linkage, cut, mostRows, microClusters } = params;
  const shared = { ...control, pool: poolOf(control) };
  const micro = matrix.rows > mostRows ? await condense(matrix, microClusters, shared) : undefined;
  const items = micro?.means ?? { ...matrix, data: Float32Array.from(matrix.data) };
  const dendrogram = await linkRows(items, micro ? { linkage, weights: micro.weights } : { linkage }, shared);
  const itemLabels = cutDendrogram(dendrogram, cut);
  const labels = micro ? Int32Array.from(micro.labels, (at) => itemLabels[at] as number) : Int32Array.from(itemLabels);
  const k = itemLabels.reduce((most, label) => Math.max(most, label + 1), 0);
  const sizes = labelSizes(labels, k);
  const condensed = micro ? { rows: matrix.rows, microClusters: items.rows } : null;
  return { version: 1, linkage, cols: matrix.cols, k, sizes, dendrogram, items, itemLabels, condensed, labels };
}

/**
 * The cluster of the nearest training row (or micro-cluster). Training rows get their training labels.
 *
 * Shape   matrix: m × the training columns; answers m labels in 0..k-1
 * Ties    the lowest training row wins
 * Cost    O(m·n·d) at worst, less in few columns
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(fitted: AgglomerativeState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  checkWidth(fitted.cols, matrix);
  checkMatrix(matrix);
  const nearest = await nearestNeighbours(rememberedIndex(fitted.items), { queries: matrix, k: 1 }, control);
  return Int32Array.from(nearest.rows, (item) => fitted.itemLabels[item] as number);
}

/** Hierarchical clustering as an estimator: see `fit` for what it promises. */
export const agglomerative = {
  name: 'agglomerative',
  defaults: agglomerativeDefaults,
  limits: agglomerativeLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: agglomerativeToJson,
  fromJson: agglomerativeFromJson,
} satisfies Estimator<AgglomerativeParams, AgglomerativeState>;
