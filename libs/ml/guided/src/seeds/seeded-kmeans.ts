import { kmeans } from '@kohort/ml-clustering';
import {
  breathe,
  checkMatrix,
  checkParams,
  columnMeans,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { guidedErrors } from '../guided-errors';
import { groupSums, guidedRounds } from '../guided-rounds';
import { partitionOf, requireRows, stateForm, type GuidedState } from '../partition-state';
import { seededKmeansDefaults, seededKmeansLimits, type SeededKmeansParams } from './seeded-kmeans.params';

const NAME = 'seeded-kmeans';
const form = stateForm(NAME);

/** Rows, and the cluster of some of them. */
export interface SeededRows {
  readonly matrix: Matrix;
  /** One a row: its cluster 0..k-1, or −1 when unknown. Clusters with seeds come first: 0..s-1. */
  readonly seeds: ArrayLike<number>;
}

/** What `fit` answers: the state, and the cluster of every training row; cluster c is that of the seeds c. */
export interface FittedSeededKmeans extends GuidedState {
  readonly labels: Uint16Array;
}

/** How many clusters have seeds. Throws GUIDED_SEEDS. */
function seededClusters({ matrix, seeds }: SeededRows, k: number): number {
  const wrong = Array.from(seeds).find((seed) => !Number.isInteger(seed) || seed < -1 || seed >= k);
  if (seeds.length !== matrix.rows || wrong !== undefined) {
    const got = wrong === undefined ? `${seeds.length} of them` : `${wrong}`;
    throw guidedErrors.GUIDED_SEEDS({ expected: `${matrix.rows} values from -1 to ${k - 1}`, got });
  }
  const known = new Set(Array.from(seeds).filter((seed) => seed >= 0));
  const clusters = known.size;
  const missing = Array.from({ length: clusters }, (_, c) => c).find((c) => !known.has(c));
  if (clusters === 0 || missing !== undefined) {
    throw guidedErrors.GUIDED_SEEDS({
      expected: 'seeds of clusters 0, 1, … without a gap',
      got: clusters === 0 ? 'no seed' : `none of cluster ${missing}`,
    });
  }
  return clusters;
}

/** Means of the seeds, then rows drawn in proportion to their squared distance from the centroids so far (k-means++). */
function startCentroids(
  { matrix, seeds }: SeededRows,
  { k, clusters, origin }: { k: number; clusters: number; origin: Float64Array },
  control: FitControl,
): Float64Array {
  const { data, rows, cols: d } = matrix;
  const centroids = new Float64Array(k * d);
  const counts = new Float64Array(k);
  const value = (i: number, j: number): number => (data[i * d + j] as number) - (origin[j] as number);
  for (let i = 0; i < rows; i += 1) {
    const seed = seeds[i] as number;
    if (seed < 0) continue;
    counts[seed] = (counts[seed] as number) + 1;
    for (let j = 0; j < d; j += 1) centroids[seed * d + j] = (centroids[seed * d + j] as number) + value(i, j);
  }
  for (let at = 0; at < clusters * d; at += 1) {
    centroids[at] = (centroids[at] as number) / (counts[Math.floor(at / d)] as number);
  }
  const random = control.random.split('start');
  const closest = new Float64Array(rows).fill(Infinity);
  const lower = (c: number): void => {
    for (let i = 0; i < rows; i += 1) {
      let squared = 0;
      for (let j = 0; j < d; j += 1) squared += (value(i, j) - (centroids[c * d + j] as number)) ** 2;
      closest[i] = Math.min(closest[i] as number, squared);
    }
  };
  for (let c = 0; c < k; c += 1) {
    if (c >= clusters) {
      let left = random.next() * closest.reduce((sum, squared) => sum + squared, 0);
      let chosen = 0;
      for (; chosen < rows - 1 && left >= (closest[chosen] as number); chosen += 1) left -= closest[chosen] as number;
      for (let j = 0; j < d; j += 1) centroids[c * d + j] = value(chosen, j);
    }
    lower(c);
  }
  return centroids;
}

/**
 * k-means that begins at the means of rows whose cluster is known, and keeps their numbers: cluster c is that of the seeds c.
 *
 * Shape   matrix: n×d, finite; seeds: n values of −1..k-1; answers n labels in 0..k-1
 * Ties    the lowest cluster wins
 * Cost    O(rounds·n·k·d)
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, GUIDED_SEEDS, ML_CANCELLED
 * Source  Basu, Banerjee & Mooney 2002
 */
async function fit(training: SeededRows, params: SeededKmeansParams, control: FitControl): Promise<FittedSeededKmeans> {
  checkParams(NAME, params, seededKmeansLimits);
  const { matrix, seeds } = training;
  const { k, keepSeeds, maxIterations } = params;
  checkMatrix(matrix);
  requireRows(NAME, matrix, k);
  const clusters = seededClusters(training, k);
  await breathe(control);
  const origin = columnMeans(matrix).map(Math.fround);
  const start = startCentroids(training, { k, clusters, origin }, control);
  const of = Int32Array.from({ length: matrix.rows }, (_, i) => i);
  const fixed = Int32Array.from(of, (i) => (keepSeeds ? (seeds[i] as number) : -1));
  const guidance = { groups: matrix.rows, of, foes: [], fixed, penalty: 0 };
  const end = await guidedRounds(
    { sums: groupSums(matrix, guidance, origin), guidance, start, maxIterations },
    control,
  );
  control.onProgress?.({ phase: 'fitting seeded clusters', done: 1, total: 1 });
  const labels = Uint16Array.from(end.labels);
  return { version: 1, partition: partitionOf(end, origin, labels), labels };
}

/** The nearest centroid of every row. Throws as k-means. */
async function predict(fitted: GuidedState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  return kmeans.predict(fitted.partition, matrix, control);
}

/** k-means from seeds as an estimator: see `fit` for what it promises. */
export const seededKmeans = {
  name: NAME,
  defaults: seededKmeansDefaults,
  limits: seededKmeansLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  ...form,
} satisfies Estimator<SeededKmeansParams, GuidedState, SeededRows>;
