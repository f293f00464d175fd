import {
  KmeansWorkspace,
  MAGNITUDE_LIMIT,
  breathe,
  checkMatrix,
  checkShape,
  checkParams,
  mlErrors,
  poolOf,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { plusPlusCentroids } from './kmeans.init';
import { kmeansDefaults, kmeansLimits, kmeansStartLimits, type KmeansParams } from './kmeans.params';
import { kmeansFromJson, kmeansToJson, type KmeansState } from './kmeans.state';
import { lloyd, type LloydEnd, type LloydLimits } from './kmeans.step';

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedKmeans extends KmeansState {
  readonly labels: Uint16Array;
}

/** Throws ML_TOO_FEW_ROWS when fewer than k rows differ. Ends as soon as k different rows are seen. */
function requireDistinctRows({ data, rows, cols }: Matrix, k: number): void {
  const seen = new Set<string>();
  for (let i = 0; i < rows && seen.size < k; i += 1) seen.add(data.subarray(i * cols, i * cols + cols).join());
  if (seen.size < k) {
    throw mlErrors.ML_TOO_FEW_ROWS({
      estimator: `k-means with k = ${k}`,
      needed: k,
      of: 'distinct rows',
      rows: seen.size,
    });
  }
}

/**
 * The point that rows are taken relative to: the means, rounded to a grid as coarse as the columns' spread. On such a
 * grid the subtraction is exact in float32 for all but values near zero, so equal distances stay equal.
 */
function originOf(means: Float64Array, { data, rows, cols }: Matrix): Float64Array {
  // A few hundred rows tell the spread well enough for a power of two.
  const step = Math.max(1, Math.floor(rows / 512));
  return means.map((mean, j) => {
    let most = 0;
    for (let i = 0; i < rows; i += step) most = Math.max(most, Math.abs((data[i * cols + j] as number) - mean));
    const grid = most > 0 ? 2 ** Math.ceil(Math.log2(most) - 1) : 1;
    return Math.round(mean / grid) * grid;
  });
}

function checkFit(matrix: Matrix, params: KmeansParams): void {
  checkParams('kmeans', params, kmeansLimits);
  checkShape(matrix);
  const { k, start } = params;
  if (start.method === 'k-means++') checkParams('kmeans', start, kmeansStartLimits);
  else if (start.centroids.length !== k * matrix.cols) {
    const expected = `${k} × ${matrix.cols} values`;
    throw mlErrors.ML_SHAPE({ what: 'start centroids', expected, got: `${start.centroids.length}` });
  }
  if (matrix.rows < k)
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: `k-means with k = ${k}`, needed: k, rows: matrix.rows });
  requireDistinctRows(matrix, k);
}

/** One start that was finished: labels as `predict` will give them. */
interface Finished {
  readonly state: KmeansState;
  readonly labels: Uint16Array;
}

/**
 * Copies the rows into the arena relative to an origin; the training means choose it when none is given.
 *
 * Shape   returns the origin, and the mean of the columns' variances
 * Throws  ML_NOT_FINITE; ML_SHAPE for magnitudes whose squares float32 cannot hold
 */
function loadRows(
  work: KmeansWorkspace,
  matrix: Matrix,
  given?: Float64Array,
): { origin: Float64Array; variance: number } {
  const n = matrix.rows;
  const means = work.copyRows().map((sum) => sum / n);
  if (!means.every(Number.isFinite)) checkMatrix(matrix);
  const origin = given ?? originOf(means, matrix);
  const { squares, largest } = work.centre(origin);
  if (largest > MAGNITUDE_LIMIT) {
    throw mlErrors.ML_SHAPE({ what: 'values', expected: `magnitudes up to ${MAGNITUDE_LIMIT}`, got: `${largest}` });
  }
  const variances = squares.map((sum, j) => sum / n - ((means[j] as number) - (origin[j] as number)) ** 2);
  return { origin, variance: variances.reduce((a, b) => a + b, 0) / matrix.cols };
}

/**
 * Turns where Lloyd ended into the state. The labels are those of the centroids exactly as they are stored, so that
 * `predict` on the training rows answers the training labels bit for bit.
 */
function finish(work: KmeansWorkspace, origin: Float64Array, end: LloydEnd): Finished {
  const cols = origin.length;
  const { iterations, converged, totals } = end;
  const centroids = end.centroids.map((value, at) => value + (origin[at % cols] as number));
  const relative = centroids.map((value, at) => value - (origin[at % cols] as number));
  const assigned =
    end.settled && relative.every((value, at) => Math.fround(value) === Math.fround(end.centroids[at] as number));
  work.setCentroids(relative);
  if (!assigned) work.assign(totals);
  const fit = { inertia: work.inertia(), iterations, converged, sizes: [...totals.counts] };
  return { state: { version: 1, k: work.k, cols, centroids, origin, ...fit }, labels: Uint16Array.from(work.labels) };
}

/** Runs every start and keeps the one with the smallest inertia, the first of equals. */
async function bestStart(
  work: KmeansWorkspace,
  { matrix, params, origin, shift }: { matrix: Matrix; params: KmeansParams; origin: Float64Array; shift: number },
  control: FitControl,
): Promise<Finished> {
  const { start, maxIterations } = params;
  const d = matrix.cols;
  const limits: LloydLimits = { maxIterations, shift };
  const starts = start.method === 'given' ? 1 : start.restarts;
  let best: Finished | undefined;
  for (let at = 0; at < starts; at += 1) {
    const centroids =
      start.method === 'given'
        ? Float64Array.from(start.centroids, (value, v) => value - (origin[v % d] as number))
        : plusPlusCentroids(work, { n: matrix.rows, d }, control.random.split(at));
    const finished = finish(work, origin, await lloyd(work, centroids, { limits, control }));
    if (!best || finished.state.inertia < best.state.inertia) best = finished;
    control.onProgress?.({ phase: 'fitting clusters', done: at + 1, total: starts });
  }
  if (!best) throw mlErrors.ML_PARAM({ estimator: 'kmeans', parameter: 'restarts', must: 'at least 1' });
  return best;
}

/**
 * k-means by Lloyd's algorithm.
 *
 * Shape   matrix: n×d, finite; answers k centroids (k×d) and n labels in 0..k-1
 * Units   inertia in squared units of the matrix
 * Ties    the lowest centroid index wins, within float32 arithmetic
 * Cost    O(restarts·iterations·n·k·d) time; about 4·n·d + 6·n bytes; n·d up to 1e9 values
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), ML_TOO_LARGE,
 *         ML_CANCELLED
 * Source  Lloyd 1982; held to scikit-learn by reference/kmeans.golden.json
 */
async function fit(matrix: Matrix, params: KmeansParams, control: FitControl): Promise<FittedKmeans> {
  checkFit(matrix, params);
  await breathe(control);
  const work = new KmeansWorkspace(poolOf(control), matrix, params.k, 'fit');
  try {
    const { origin, variance } = loadRows(work, matrix);
    const shift = params.tolerance * variance;
    const { state, labels } = await bestStart(work, { matrix, params, origin, shift }, control);
    return { ...state, labels };
  } finally {
    work.release();
  }
}

/** Throws ML_SHAPE when the matrix has other columns than the training matrix, ML_NOT_FINITE. */
function checkPredict(fitted: KmeansState, matrix: Matrix): void {
  if (matrix.cols !== fitted.cols) {
    throw mlErrors.ML_SHAPE({ what: 'columns', expected: `${fitted.cols}`, got: `${matrix.cols}` });
  }
  checkShape(matrix);
}

/**
 * The nearest centroid of every row. A row's answer does not depend on the rows beside it.
 *
 * Shape   matrix: n × the training columns; answers n labels in 0..k-1
 * Ties    as in fit
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(fitted: KmeansState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  checkPredict(fitted, matrix);
  if (matrix.rows === 0) return new Uint16Array(0);
  const { origin, cols } = fitted;
  const work = new KmeansWorkspace(poolOf(control), matrix, fitted.k, 'assign');
  try {
    loadRows(work, matrix, origin);
    work.setCentroids(fitted.centroids.map((value, at) => value - (origin[at % cols] as number)));
    work.clearLabels();
    work.assign();
    return Uint16Array.from(work.labels);
  } finally {
    work.release();
  }
}

/**
 * Euclidean distances of every row to every centroid, in double precision.
 *
 * Shape   matrix: n × the training columns; answers n × k values, row-major
 * Units   those of the matrix
 * Cost    O(n·k·d)
 * Throws  ML_SHAPE, ML_NOT_FINITE
 */
export function kmeansDistances(fitted: KmeansState, matrix: Matrix): Float64Array {
  checkPredict(fitted, matrix);
  checkMatrix(matrix);
  const { k, cols, centroids } = fitted;
  const out = new Float64Array(matrix.rows * k);
  for (let at = 0; at < out.length; at += 1) {
    const row = Math.floor(at / k) * cols;
    const centroid = (at % k) * cols;
    let squared = 0;
    for (let j = 0; j < cols; j += 1)
      squared += ((matrix.data[row + j] as number) - (centroids[centroid + j] as number)) ** 2;
    out[at] = Math.sqrt(squared);
  }
  return out;
}

/** k-means as an estimator: see `fit` for what it promises. */
export const kmeans = {
  name: 'kmeans',
  defaults: kmeansDefaults,
  limits: kmeansLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: kmeansToJson,
  fromJson: kmeansFromJson,
} satisfies Estimator<KmeansParams, KmeansState>;
