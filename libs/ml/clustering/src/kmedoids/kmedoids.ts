import {
  breathe,
  checkParams,
  checkShape,
  checkWidth,
  countDistinctRows,
  drawRows,
  labelSizes,
  mlErrors,
  takeRows,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { checkRows, dissimilarity, fitDissimilarity, type FittedDissimilarity } from './dissimilarity';
import { fasterPam, measurePairs, type PamEnd } from './faster-pam';
import { kmedoidsDefaults, kmedoidsLimits, type KmedoidsParams } from './kmedoids.params';
import { kmedoidsFromJson, kmedoidsToJson, type KmedoidsState } from './kmedoids.state';

const ROWS_A_BREATH = 20_000;

/** What `fit` answers: the state, and for every training row its cluster; the rows that are medoids. */
export interface FittedKmedoids extends KmedoidsState {
  readonly labels: Int32Array;
  /** Rows of the training table, rising; the i-th is the medoid of cluster i. */
  readonly medoidRows: readonly number[];
}

/** The nearest medoid of every row, the first of equals, and the summed dissimilarity. */
async function nearestMedoids(
  how: FittedDissimilarity,
  { medoids, matrix }: { medoids: Matrix; matrix: Matrix },
  control: ComputeControl,
): Promise<{ labels: Int32Array; cost: number }> {
  const labels = new Int32Array(matrix.rows);
  let cost = 0;
  for (let i = 0; i < matrix.rows; i += 1) {
    if (i % ROWS_A_BREATH === 0) await breathe(control);
    let best = Infinity;
    for (let m = 0; m < medoids.rows; m += 1) {
      const value = dissimilarity(how, [matrix, i], [medoids, m]);
      if (value >= best) continue;
      best = value;
      labels[i] = m;
    }
    cost += best;
  }
  return { labels, cost };
}

/** Medoids of one table, as its rows. */
async function pamOf(matrix: Matrix, how: FittedDissimilarity, params: KmedoidsParams, control: ComputeControl) {
  return fasterPam(await measurePairs(matrix, how, control), params, control);
}

/** CLARA: the medoids of the sample that is cheapest for the whole table. */
async function pamOfSamples(
  matrix: Matrix,
  { how, params }: { how: FittedDissimilarity; params: KmedoidsParams },
  control: FitControl,
): Promise<PamEnd> {
  let best: PamEnd | undefined;
  for (let at = 0; at < params.samples; at += 1) {
    const rows = drawRows(matrix.rows, Math.max(params.sampleRows, params.k), control.random.split(at));
    const end = await pamOf(takeRows(matrix, rows), how, params, control);
    const medoids = end.medoids.map((row) => rows[row] as number);
    const { cost } = await nearestMedoids(how, { medoids: takeRows(matrix, medoids), matrix }, control);
    if (!best || cost < best.cost) best = { ...end, medoids, cost };
    control.onProgress?.({ phase: 'clustering samples', done: at + 1, total: params.samples });
  }
  if (!best) throw mlErrors.ML_PARAM({ estimator: 'kmedoids', parameter: 'samples', must: 'at least 1' });
  return best;
}

/**
 * k-medoids: k rows of the table such that the summed dissimilarity of all rows to the nearest of them is small; for any
 * dissimilarity, Gower's for mixed columns among them.
 *
 * Shape   matrix: n×d; answers n labels in 0..k-1 and the medoids' rows
 * Ties    the first medoid wins
 * Cost    O(n²·(d + k)) time and 4·n² bytes up to `mostRows`; above it the best of `samples` samples (CLARA), and
 *         `sampled` says so
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE (NaN is left out by Gower's), ML_TOO_FEW_ROWS (fewer rows or distinct rows
 *         than k), ML_CANCELLED
 * Source  Kaufman & Rousseeuw 1990; Schubert & Rousseeuw 2021; held to R's cluster by reference/kmedoids.golden.json
 */
async function fit(matrix: Matrix, params: KmedoidsParams, control: FitControl): Promise<FittedKmedoids> {
  checkParams('kmedoids', params, kmedoidsLimits);
  checkShape(matrix);
  const { k } = params;
  const how = fitDissimilarity(matrix, params.dissimilarity);
  const estimator = `k-medoids with k = ${k}`;
  const distinct = countDistinctRows(matrix, k);
  if (matrix.rows < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, rows: matrix.rows });
  if (distinct < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, of: 'distinct rows', rows: distinct });
  await breathe(control);
  const large = matrix.rows > params.mostRows;
  const end = large ? await pamOfSamples(matrix, { how, params }, control) : await pamOf(matrix, how, params, control);
  const medoids = takeRows(matrix, end.medoids);
  const { labels, cost } = await nearestMedoids(how, { medoids, matrix }, control);
  const sizes = labelSizes(labels, k);
  const { passes, converged } = end;
  const sampled = large ? { rows: Math.max(params.sampleRows, k), samples: params.samples } : null;
  const state = { version: 1, cols: matrix.cols, k, medoids, dissimilarity: how, cost, sizes } as const;
  return { ...state, passes, converged, sampled, labels, medoidRows: end.medoids };
}

/**
 * The nearest medoid of every row.
 *
 * Shape   matrix: m × the training columns; answers m labels in 0..k-1
 * Ties    as in fit
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
async function predict(fitted: KmedoidsState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  checkWidth(fitted.cols, matrix);
  checkRows(matrix, fitted.dissimilarity.kind);
  return (await nearestMedoids(fitted.dissimilarity, { medoids: fitted.medoids, matrix }, control)).labels;
}

/** k-medoids as an estimator: see `fit` for what it promises. */
export const kmedoids = {
  name: 'kmedoids',
  defaults: kmedoidsDefaults,
  limits: kmedoidsLimits,
  missingValues: 'handled' as const,
  fit,
  predict,
  toJson: kmedoidsToJson,
  fromJson: kmedoidsFromJson,
} satisfies Estimator<KmedoidsParams, KmedoidsState>;
