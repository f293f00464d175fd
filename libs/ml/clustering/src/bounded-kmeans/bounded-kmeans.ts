import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  labelSizes,
  mlErrors,
  poolOf,
  readState,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { kmeans, kmeansDistances } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';
import { kmeansFromJson, kmeansToJson, type KmeansState } from '../kmeans/kmeans.state';
import { assignWithin } from './bounded-assignment';
import { boundedKmeansDefaults, boundedKmeansLimits, type BoundedKmeansParams } from './bounded-kmeans.params';

const NAME = 'bounded-kmeans';

/** A fitted k-means over weighted columns: `kmeans` holds the centroids in units of the weighted columns. */
export interface BoundedKmeansState {
  readonly version: 1;
  readonly cols: number;
  /** By column: the root of its weight, which values are multiplied by. */
  readonly factors: readonly number[];
  readonly kmeans: KmeansState;
}

/** What `fit` answers: the state, and the cluster of every training row within the bounds. */
export interface FittedBoundedKmeans extends BoundedKmeansState {
  readonly labels: Int32Array;
}

/** Refuses bounds that no clustering can keep. */
function checkBounds({ k, minSize, maxSize }: BoundedKmeansParams, rows: number): void {
  const unsatisfiable = (problem: string): never => {
    throw mlErrors.ML_UNSATISFIABLE({ estimator: 'k-means with bounds', problem });
  };
  if (k * minSize > rows)
    unsatisfiable(`${k} clusters of at least ${minSize} rows need ${k * minSize} of ${rows} rows`);
  if (maxSize === null) return;
  if (maxSize < minSize)
    unsatisfiable(`at least ${minSize} and at most ${maxSize} rows of a cluster exclude each other`);
  if (k * maxSize < rows) unsatisfiable(`${k} clusters of at most ${maxSize} rows hold ${k * maxSize} of ${rows} rows`);
}

function checkFit(matrix: Matrix, params: BoundedKmeansParams): void {
  checkParams(NAME, params, boundedKmeansLimits);
  checkMatrix(matrix);
  const { maxSize, weights } = params;
  const refuse = (parameter: string, must: string): never => {
    throw mlErrors.ML_PARAM({ estimator: NAME, parameter, must });
  };
  if (maxSize !== null && !(Number.isInteger(maxSize) && maxSize >= 1)) refuse('maxSize', 'an integer from 1, or null');
  const fits = weights === null || (weights.length === matrix.cols && weights.every((w) => w >= 0 && w <= 1e6));
  if (!fits || weights?.every((w) => w === 0)) {
    refuse('weights', `${matrix.cols} numbers from 0 to 1e6, not all 0, or null`);
  }
  checkBounds(params, matrix.rows);
}

const weighted = ({ data, rows, cols }: Matrix, factors: readonly number[]): Matrix => ({
  data: data.map((value, at) => value * (factors[at % cols] as number)),
  rows,
  cols,
});

/** Means of the rows of each label. */
function centroidsOf({ data, rows, cols }: Matrix, labels: Int32Array, before: Float64Array): Float64Array {
  const out = new Float64Array(before.length);
  const counts = new Float64Array(before.length / cols);
  for (let i = 0; i < rows; i += 1) {
    const c = labels[i] as number;
    counts[c] = (counts[c] as number) + 1;
    for (let j = 0; j < cols; j += 1)
      out[c * cols + j] = (out[c * cols + j] as number) + (data[i * cols + j] as number);
  }
  return out.map((sum, at) => {
    const count = counts[Math.floor(at / cols)] as number;
    return count > 0 ? sum / count : (before[at] as number);
  });
}

/** Rounds within the bounds from the centroids of a fit without them. */
async function boundedRounds(
  matrix: Matrix,
  { first, params }: { first: KmeansState; params: BoundedKmeansParams },
  control: ComputeControl,
): Promise<{ state: KmeansState; labels: Int32Array }> {
  const { k, minSize, maxIterations } = params;
  const maxSize = params.maxSize ?? matrix.rows;
  let state = first;
  let labels = new Int32Array(matrix.rows).fill(-1);
  let [iterations, converged] = [0, false];
  while (iterations < maxIterations && !converged) {
    await breathe(control);
    const costs = kmeansDistances(state, matrix).map((distance) => distance * distance);
    const next = assignWithin({ costs, k, minSize, maxSize });
    iterations += 1;
    const before = labels;
    converged = next.every((label, i) => label === before[i]);
    labels = Int32Array.from(next);
    state = { ...state, centroids: centroidsOf(matrix, labels, state.centroids) };
    control.onProgress?.({ phase: 'assigning within bounds', done: iterations, total: maxIterations });
  }
  const distances = kmeansDistances(state, matrix);
  let inertia = 0;
  labels.forEach((label, i) => {
    inertia += (distances[i * k + label] as number) ** 2;
  });
  return { state: { ...state, inertia, iterations, converged, sizes: labelSizes(labels, k) }, labels };
}

/**
 * k-means whose clusters have at least and at most so many rows, and whose columns may be weighted.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1 within the bounds
 * Units   inertia in squared units of the columns times their weights
 * Ties    as in k-means; see assignWithin
 * Cost    that of k-means, then rounds of assignWithin; about 24·n·k bytes
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_UNSATISFIABLE (bounds that no clustering keeps), ML_TOO_FEW_ROWS,
 *         ML_TOO_LARGE, ML_CANCELLED
 * Source  Bradley, Bennett & Demiriz 2000
 */
async function fit(matrix: Matrix, params: BoundedKmeansParams, control: FitControl): Promise<FittedBoundedKmeans> {
  checkFit(matrix, params);
  const factors = Array.from({ length: matrix.cols }, (_, j) => Math.sqrt(params.weights?.[j] ?? 1));
  const rows = weighted(matrix, factors);
  const shared = { ...control, pool: poolOf(control) };
  const start = { method: 'k-means++', restarts: params.restarts } as const;
  const first = kmeansFromJson(kmeansToJson(await kmeans.fit(rows, { ...kmeansDefaults, k: params.k, start }, shared)));
  const { state, labels } = await boundedRounds(rows, { first, params }, shared);
  return { version: 1, cols: matrix.cols, factors, kmeans: state, labels };
}

/**
 * The nearest centroid of every row, by the weighted columns. Bounds hold for the training rows alone: one by one, new
 * rows cannot know of each other.
 *
 * Shape   matrix: m × the training columns; answers m labels in 0..k-1
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(fitted: BoundedKmeansState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  checkWidth(fitted.cols, matrix);
  return kmeans.predict(fitted.kmeans, weighted(matrix, fitted.factors), control);
}

const schema = z
  .object({
    estimator: z.literal(NAME),
    version: z.literal(1),
    factors: z.array(z.number().nonnegative()).min(1),
    kmeans: z.unknown(),
  })
  .transform((read) => ({ ...read, cols: read.factors.length }));

/** The state as JSON; numbers keep every bit. */
function toJson({ version, factors, kmeans: state }: BoundedKmeansState): Json {
  return { estimator: NAME, version, factors: [...factors], kmeans: kmeansToJson(state) };
}

/** Reads what toJson wrote. Throws ML_STATE with the first thing wrong. */
function fromJson(json: unknown): BoundedKmeansState {
  const { version, factors, cols, kmeans: state } = readState(NAME, schema, json);
  const read = kmeansFromJson(state);
  if (read.cols !== cols) throw mlErrors.ML_STATE({ estimator: NAME, problem: 'factors do not fit the centroids' });
  return { version, cols, factors, kmeans: read };
}

/** k-means with bounds and weights as an estimator: see `fit` for what it promises. */
export const boundedKmeans = {
  name: NAME,
  defaults: boundedKmeansDefaults,
  limits: boundedKmeansLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson,
  fromJson,
} satisfies Estimator<BoundedKmeansParams, BoundedKmeansState>;
