import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  growSpanningTree,
  indexNeighbours,
  nearestNeighbours,
  poolOf,
  rememberedIndex,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { NOISE, copyOf, coreDistances, countLabels } from '../core-distances';
import { cutLimits, opticsDefaults, opticsLimits, xiLimits, type OpticsParams } from './optics.params';
import { opticsFromJson, opticsToJson, type OpticsState } from './optics.state';
import { cutPlot, valleyLabels, type ReachabilityPlot } from './reachability-plot';

/** What `fit` answers: the state, and the reachability plot. */
export interface FittedOptics extends OpticsState {
  readonly plot: ReachabilityPlot;
}

function checkFit(matrix: Matrix, params: OpticsParams): void {
  checkParams('optics', params, opticsLimits);
  const { extraction } = params;
  if (extraction.method === 'xi') checkParams('optics', extraction, xiLimits);
  else checkParams('optics', extraction, cutLimits);
  checkMatrix(matrix);
}

/**
 * Orders rows so that each comes after those it is reached from most easily.
 *
 * Ties    the lowest row comes first
 * Cost    O(n²·d / 2) time on one thread, 8·n·d bytes and 20·n·minPoints
 * Throws  ML_SHAPE for magnitudes beyond 1e17, ML_TOO_FEW_ROWS, ML_CANCELLED, ML_TOO_LARGE
 */
async function orderRows(matrix: Matrix, params: OpticsParams, control: ComputeControl): Promise<ReachabilityPlot> {
  const { minPoints, maxRadius } = params;
  const from = { points: matrix, index: indexNeighbours(matrix), minPoints };
  const measured = await coreDistances(from, { estimator: 'OPTICS', control });
  const core = measured.core.map((distance) => (distance > maxRadius ? Infinity : distance));
  const coreSquared = measured.coreSquared.map((squared, i) => (core[i] === Infinity ? Infinity : squared));
  const tree = await growSpanningTree(matrix, { coreSquared, by: 'own', radius: maxRadius }, control);
  const reachability = new Float64Array(matrix.rows);
  const predecessor = new Int32Array(matrix.rows);
  tree.order.forEach((row, place) => {
    reachability[row] = tree.need[place] as number;
    predecessor[row] = tree.through[place] as number;
  });
  return { order: tree.order, reachability, core, predecessor };
}

/**
 * OPTICS: an ordering of rows with the distance at which each is reached, and clusters read off it.
 *
 * Shape   matrix: n×d, finite; answers n labels, -1 for noise, and the plot
 * Ties    the lowest row comes first in the ordering
 * Cost    see orderRows
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer than minPoints), ML_TOO_LARGE, ML_CANCELLED
 * Source  Ankerst, Breunig, Kriegel & Sander 1999; held to scikit-learn by reference/optics.golden.json
 */
async function fit(matrix: Matrix, params: OpticsParams, control: FitControl): Promise<FittedOptics> {
  checkFit(matrix, params);
  await breathe(control);
  const { minPoints, extraction } = params;
  const plot = await orderRows(matrix, params, { ...control, pool: poolOf(control) });
  const byXi = extraction.method === 'xi';
  const labels = byXi ? valleyLabels(plot, { ...extraction, minPoints }) : cutPlot(plot, extraction.eps);
  const reach = plot.core.map((distance) => (byXi ? Math.min(distance, params.maxRadius) : extraction.eps));
  const k = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const found = { k, ...countLabels(labels, k), rows: copyOf(matrix), labels, reach };
  return { version: 1, cols: matrix.cols, minPoints, ...found, plot };
}

/**
 * The label of the nearest training row, when the new row lies within that row's core distance (within eps where the
 * plot was cut), else -1. Training rows get their training labels.
 *
 * Shape   matrix: m × the training columns; answers m labels
 * Ties    the lowest training row wins
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(fitted: OpticsState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  checkWidth(fitted.cols, matrix);
  checkMatrix(matrix);
  const { rows, distances } = await nearestNeighbours(rememberedIndex(fitted.rows), { queries: matrix, k: 1 }, control);
  return Int32Array.from(rows, (row, at) =>
    (distances[at] as number) <= (fitted.reach[row] as number) ? (fitted.labels[row] as number) : NOISE,
  );
}

/** OPTICS as an estimator: see `fit` for what it promises. */
export const optics = {
  name: 'optics',
  defaults: opticsDefaults,
  limits: opticsLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: opticsToJson,
  fromJson: opticsFromJson,
} satisfies Estimator<OpticsParams, OpticsState>;
