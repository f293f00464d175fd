import { dendrogramOf, type Join } from '@kohort/ml-clustering';
import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  growSpanningTree,
  indexNeighbours,
  nearestNeighbours,
  NO_ROW,
  poolOf,
  rememberedIndex,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
  type SpanningTree,
} from '@kohort/ml-core';
import { NOISE, copyOf, coreDistances, countLabels } from '../core-distances';
import { chosenAbove, condenseTree, selectClusters, type CondensedTree } from './condensed-tree';
import { hdbscanDefaults, hdbscanLimits, type HdbscanParams } from './hdbscan.params';
import { hdbscanFromJson, hdbscanToJson, type HdbscanState } from './hdbscan.state';

/** What is known of rows beside their cluster. */
export interface HdbscanScores {
  /** 0..k-1, or -1 for noise. */
  readonly labels: Int32Array;
  /** How central a row is to its cluster: 1 at its densest, 0 for noise. */
  readonly probabilities: Float64Array;
  /** GLOSH: 0 for rows as dense as their cluster ever is, towards 1 for outliers; copies of a row are of any density. */
  readonly outlierScores: Float64Array;
}

/** What `fit` answers: the state, and the scores of every training row. */
export interface FittedHdbscan extends HdbscanState, HdbscanScores {
  /** Heights of the n − 1 joins by mutual reachability, rising. */
  readonly heights: Float64Array;
}

/** Where rows stand in the tree: the cluster each belongs to last, the λ at which it leaves it, its core distance. */
interface Places {
  readonly cluster: ArrayLike<number>;
  readonly lambda: ArrayLike<number>;
  readonly core: ArrayLike<number>;
}

/** Scores of rows from where they stand. */
function scoreRows(tree: CondensedTree, chosen: readonly number[], { cluster, lambda, core }: Places): HdbscanScores {
  const n = cluster.length;
  const above = chosenAbove(tree, chosen);
  const scores = {
    labels: new Int32Array(n),
    probabilities: new Float64Array(n),
    outlierScores: new Float64Array(n),
  };
  for (let i = 0; i < n; i += 1) {
    const own = cluster[i] as number;
    const at = lambda[i] as number;
    const label = above[own] as number;
    scores.labels[i] = label;
    if (label !== NOISE) {
      const most = tree.death[chosen[label] as number] as number;
      scores.probabilities[i] = most > 0 ? Math.min(at, most) / most : 1;
    }
    const sparse = core[i] as number;
    const densest = tree.densest[own] as number;
    scores.outlierScores[i] = sparse > densest ? 1 - densest / sparse : 0;
  }
  return scores;
}

function joinsOf({ order, need, through }: SpanningTree): Join[] {
  const joins: Join[] = [];
  for (let at = 1; at < order.length; at += 1) {
    joins.push({ a: through[at] as number, b: order[at] as number, height: need[at] as number });
  }
  return joins;
}

/** Chosen clusters in the order of their first rows: labels then do not depend on how the tree was walked. */
function inRowOrder(tree: CondensedTree, chosen: readonly number[]): number[] {
  const above = chosenAbove(tree, chosen);
  const seen = new Set<number>();
  for (const cluster of tree.rowCluster) {
    const at = above[cluster] as number;
    if (at !== NOISE) seen.add(chosen[at] as number);
  }
  return [...seen];
}

/**
 * HDBSCAN: clusters of any density from the tree of all DBSCAN results.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1 by first row, -1 for noise, with probabilities and outlier
 *         scores
 * Ties    joins of equal height in the order of the spanning tree from row 0
 * Cost    O(n²·d / 2) time on one thread (0.1 s for 5,000 × 10), 8·n·d bytes and 20·n·minPoints
 * Throws  ML_PARAM, ML_SHAPE (also for magnitudes beyond 1e17), ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer than minPoints),
 *         ML_TOO_LARGE, ML_CANCELLED
 * Source  Campello, Moulavi & Sander 2013; Campello et al. 2015 (GLOSH); held to R's dbscan by
 *         reference/hdbscan.golden.json
 */
async function fit(matrix: Matrix, params: HdbscanParams, control: FitControl): Promise<FittedHdbscan> {
  checkParams('hdbscan', params, hdbscanLimits);
  checkMatrix(matrix);
  await breathe(control);
  const shared = { ...control, pool: poolOf(control) };
  const { minPoints, minClusterSize } = params;
  const from = { points: matrix, index: indexNeighbours(matrix), minPoints };
  const { core, coreSquared } = await coreDistances(from, { estimator: 'HDBSCAN', control: shared });
  const spanning = await growSpanningTree(matrix, { coreSquared, by: 'mutual' }, shared);
  const dendrogram = dendrogramOf(joinsOf(spanning), new Float64Array(matrix.rows).fill(1));
  const tree = condenseTree(dendrogram, minClusterSize);
  const chosen = inRowOrder(tree, selectClusters(tree, params));
  const scores = scoreRows(tree, chosen, { cluster: tree.rowCluster, lambda: tree.rowLambda, core });
  const k = chosen.length;
  const state = { version: 1, cols: matrix.cols, minPoints, k, rows: copyOf(matrix), core, tree, chosen } as const;
  return { ...state, ...countLabels(scores.labels, k), ...scores, heights: dendrogram.height };
}

/** Where one new row joins the tree: the cluster it belongs to last, its λ and its own core distance. */
interface Place {
  readonly cluster: number;
  readonly lambda: number;
  readonly core: number;
}

/** The place of a row whose nearest training rows are given, by the smallest mutual reachability. */
function placeOf({ core, tree, minPoints }: HdbscanState, rows: Uint32Array, distances: Float64Array): Place {
  // A new row counts itself among its minPoints; a copy of a training row is that row.
  const own = minPoints < 2 ? 0 : (distances[Math.min(minPoints - 2, rows.length - 1)] as number);
  let best = { row: 0, need: Infinity };
  for (let at = 0; at < rows.length && rows[at] !== NO_ROW; at += 1) {
    const row = rows[at] as number;
    const distance = distances[at] as number;
    if (distance === 0) {
      const [cluster, lambda] = [tree.rowCluster[row] as number, tree.rowLambda[row] as number];
      return { cluster, lambda, core: core[row] as number };
    }
    const need = Math.max(own, distance, core[row] as number);
    if (need < best.need || (need === best.need && row < best.row)) best = { row, need };
  }
  const lambda = 1 / best.need;
  let cluster = tree.rowCluster[best.row] as number;
  while (cluster > 0 && (tree.birth[cluster] as number) > lambda) cluster = tree.parent[cluster] as number;
  return { cluster, lambda, core: own };
}

/**
 * Cluster, probability and outlier score of new rows by the condensed tree, which stays as it is: a row joins where its
 * smallest mutual reachability to a training row would put it. Training rows get their training scores.
 *
 * Shape   matrix: m × the training columns
 * Ties    the lowest training row wins
 * Cost    the 2·minPoints nearest training rows of each
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 * Source  McInnes & Healy 2017, approximate prediction
 */
export async function hdbscanScores(
  fitted: HdbscanState,
  matrix: Matrix,
  control: ComputeControl = {},
): Promise<HdbscanScores> {
  checkWidth(fitted.cols, matrix);
  checkMatrix(matrix);
  const k = Math.min(fitted.rows.rows, 2 * fitted.minPoints);
  const { rows, distances } = await nearestNeighbours(rememberedIndex(fitted.rows), { queries: matrix, k }, control);
  const places = Array.from({ length: matrix.rows }, (_, i) =>
    placeOf(fitted, rows.subarray(i * k, i * k + k), distances.subarray(i * k, i * k + k)),
  );
  const cluster = places.map((place) => place.cluster);
  const lambda = places.map((place) => place.lambda);
  const core = places.map((place) => place.core);
  return scoreRows(fitted.tree, fitted.chosen, { cluster, lambda, core });
}

/** The labels of hdbscanScores. */
async function predict(fitted: HdbscanState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  return (await hdbscanScores(fitted, matrix, control)).labels;
}

/** HDBSCAN as an estimator: see `fit` for what it promises. */
export const hdbscan = {
  name: 'hdbscan',
  defaults: hdbscanDefaults,
  limits: hdbscanLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: hdbscanToJson,
  fromJson: hdbscanFromJson,
} satisfies Estimator<HdbscanParams, HdbscanState>;
