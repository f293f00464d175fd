import { shuffle } from '@kohort/kernel-clock-random';
import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  columnMeans,
  columnVariances,
  labelSizes,
  mlErrors,
  takeRows,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';
import { neighbourGraph, radialGraph } from './neighbour-graph';
import { spectralEmbedding, type SpectralEmbedding } from './spectral-embedding';
import { extendedLabels, nearestCentroid } from './spectral.extend';
import { gammaLimits, neighbourLimits, spectralDefaults, spectralLimits, type SpectralParams } from './spectral.params';
import { spectralFromJson, spectralToJson, type SpectralState } from './spectral.state';

const NAME = 'spectral';

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedSpectral extends SpectralState {
  readonly labels: Uint16Array;
}

function checkFit(matrix: Matrix, params: SpectralParams): void {
  checkParams(NAME, params, spectralLimits);
  const { k, affinity } = params;
  if (affinity.method === 'neighbours') checkParams(NAME, affinity, neighbourLimits);
  else if (affinity.gamma !== undefined) checkParams(NAME, { gamma: affinity.gamma }, gammaLimits);
  checkMatrix(matrix);
  const needed = Math.max(2, k);
  if (matrix.rows < needed) {
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: `spectral with k = ${k}`, needed, rows: matrix.rows });
  }
}

/** The affinity with its gamma settled. Throws LATENT_EMPTY when no column varies. */
function settledAffinity(matrix: Matrix, { affinity }: SpectralParams): SpectralState['affinity'] {
  const variances = columnVariances(matrix, columnMeans(matrix));
  const total = variances.reduce((sum, value) => sum + value, 0);
  if (total === 0) throw latentErrors.LATENT_EMPTY({ estimator: NAME, problem: 'all rows are alike' });
  if (affinity.method === 'neighbours') return affinity;
  return { method: 'radial', gamma: affinity.gamma ?? 1 / total };
}

/** Centroids of the coordinates by k-means. Coordinates are scaled first: float32 must tell them apart. */
async function centroidsOf(
  { coordinates, width }: SpectralEmbedding,
  { k, restarts }: SpectralParams,
  control: FitControl,
): Promise<Float64Array> {
  const most = coordinates.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const data = Float32Array.from(coordinates, (value) => value / most);
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts } as const };
  const { signal, pool, random } = control;
  const quiet = { signal, pool, random: random.split('centroids') };
  const { centroids } = await kmeans.fit({ data, rows: data.length / width, cols: width }, params, quiet);
  return centroids.map((value) => value * most);
}

/** Rows that carry the graph: all, or a sample in rising order. */
function carriers(matrix: Matrix, most: number, control: FitControl): Matrix {
  if (matrix.rows <= most) return matrix;
  const order = Uint32Array.from({ length: matrix.rows }, (_, i) => i);
  return takeRows(
    matrix,
    shuffle(Array.from(order), control.random.split('sample'))
      .slice(0, most)
      .sort((a, b) => a - b),
  );
}

/**
 * Clusters of well joined rows: rows become a graph, the leading eigenvectors of its random walk become coordinates, and
 * k-means parts those. Finds long and bent shapes.
 *
 * Above `mostRows` rows a drawn sample carries the graph and places all rows (`method: 'nystroem'`).
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1
 * Ties    the lowest centroid wins
 * Cost    O(m²·d) for the graph and O(edges·steps + m·steps²) for the eigenvectors, m the smaller of n and mostRows; beyond
 *         it O(n·m·d)
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, LATENT_EMPTY (all rows alike), LATENT_NOT_CONVERGED,
 *         ML_CANCELLED
 * Source  Ng, Jordan & Weiss 2002; Fowlkes et al. 2004; held to scikit-learn by reference/spectral.golden.json
 */
async function fit(matrix: Matrix, params: SpectralParams, control: FitControl): Promise<FittedSpectral> {
  checkFit(matrix, params);
  await breathe(control);
  const { k } = params;
  const affinity = settledAffinity(matrix, params);
  const base = carriers(matrix, params.mostRows, control);
  const graph =
    affinity.method === 'neighbours'
      ? await neighbourGraph(base, affinity.neighbours, control)
      : await radialGraph(base, affinity.gamma, control);
  const embedding = await spectralEmbedding(graph, k, control);
  const centroids = await centroidsOf(embedding, params, control);
  const { coordinates, width, eigenvalues, parts } = embedding;
  const model = { k, cols: matrix.cols, affinity, landmarks: base.data, coordinates, eigenvalues, centroids };
  const exact = base === matrix;
  const labels = exact
    ? Uint16Array.from({ length: matrix.rows }, (_, i) =>
        nearestCentroid(coordinates.subarray(i * width, (i + 1) * width), centroids),
      )
    : await extendedLabels(model, matrix, control);
  const sizes = labelSizes(labels, k);
  const landmarks = Float32Array.from(base.data);
  return { version: 1, ...model, landmarks, method: exact ? 'exact' : 'nystroem', parts, sizes, labels };
}

/**
 * The cluster of every row, placed by the rows that carried the graph. For a training row that is its cluster of the fit but
 * for a few rows on a border: it is placed as if it were new.
 *
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
async function predict(fitted: SpectralState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  checkWidth(fitted.cols, matrix);
  checkMatrix(matrix);
  return extendedLabels(fitted, matrix, control);
}

/** Spectral clustering as an estimator: see `fit` for what it promises. */
export const spectral = {
  name: NAME,
  defaults: spectralDefaults,
  limits: spectralLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: spectralToJson,
  fromJson: spectralFromJson,
} satisfies Estimator<SpectralParams, SpectralState>;
