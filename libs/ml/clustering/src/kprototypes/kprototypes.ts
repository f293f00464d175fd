import type { Random } from '@kohort/kernel-clock-random';
import {
  breathe,
  checkParams,
  checkShape,
  checkWidth,
  countDistinctRows,
  labelSizes,
  mlErrors,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { checkRows } from '../kmedoids/dissimilarity';
import { kprototypesDefaults, kprototypesLimits, spreadLimits, type KprototypesParams } from './kprototypes.params';
import { kprototypesFromJson, kprototypesToJson, type KprototypesState } from './kprototypes.state';
import {
  assignRows,
  numberVariances,
  prototypeCost,
  updatePrototypes,
  type MixedColumns,
  type Prototypes,
} from './prototypes';

const ROWS_A_BREATH = 20_000;

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedKprototypes extends KprototypesState {
  readonly labels: Int32Array;
}

const refuse = (parameter: string, must: string): never => {
  throw mlErrors.ML_PARAM({ estimator: 'kprototypes', parameter, must });
};

function checkFit(matrix: Matrix, params: KprototypesParams): void {
  checkParams('kprototypes', params, kprototypesLimits);
  checkShape(matrix);
  const { rows: n, cols } = matrix;
  const { k, categories, gamma, weights, start } = params;
  const within = (at: number, end: number): boolean => Number.isInteger(at) && at >= 0 && at < end;
  if (!categories.every((column) => within(column, cols))) refuse('categories', `columns from 0 to ${cols - 1}`);
  if (gamma !== null && !(gamma >= 0 && gamma <= 1e12)) refuse('gamma', 'a number from 0 to 1e12, or null');
  const fits = weights === null || (weights.length === cols && weights.every((w) => w >= 0 && w <= 1e6));
  if (!fits || weights?.every((w) => w === 0)) refuse('weights', `${cols} numbers from 0 to 1e6, not all 0, or null`);
  if (start.method === 'spread') checkParams('kprototypes', start, spreadLimits);
  else if (start.rows.length !== k || !start.rows.every((row) => within(row, n))) {
    refuse('start', `${k} rows from 0 to ${n - 1}`);
  }
  checkRows(matrix, 'gower');
  const estimator = `k-prototypes with k = ${k}`;
  if (n < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, rows: n });
  const distinct = countDistinctRows(matrix, k);
  if (distinct < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, of: 'distinct rows', rows: distinct });
}

/** What columns weigh, and γ: half the mean variance of the number columns unless given; 1 without number columns. */
function columnsOf(matrix: Matrix, params: KprototypesParams): { columns: MixedColumns; gamma: number } {
  const categories = Array.from({ length: matrix.cols }, (_, j) => params.categories.includes(j));
  const variances = numberVariances(matrix, categories).filter((_, j) => !categories[j]);
  const mean = variances.reduce((sum, value) => sum + value, 0) / Math.max(1, variances.length);
  const gamma = params.gamma ?? (mean > 0 ? mean / 2 : 1);
  const weights = categories.map((isCategory, j) => (params.weights?.[j] ?? 1) * (isCategory ? gamma : 1));
  return { columns: { categories, weights }, gamma };
}

const prototypesAt = ({ data, cols }: Matrix, rows: readonly number[]): Prototypes =>
  Float64Array.from(rows.flatMap((row) => [...data.subarray(row * cols, row * cols + cols)]));

/** Rows drawn in proportion to their cost at the nearest of those drawn before; an unused one when all cost nothing. */
function spreadRows(columns: MixedColumns, matrix: Matrix, k: number, random: Random): number[] {
  const closest = new Float64Array(matrix.rows).fill(Infinity);
  const chosen = [random.int(matrix.rows)];
  while (chosen.length < k) {
    const last = prototypesAt(matrix, chosen.slice(-1));
    let total = 0;
    for (let i = 0; i < matrix.rows; i += 1) {
      closest[i] = Math.min(closest[i] as number, prototypeCost(columns, matrix, i, [last, 0]));
      total += closest[i] as number;
    }
    let left = random.next() * total;
    let row = closest.findIndex((cost) => (left -= cost) < 0 && cost > 0);
    if (row < 0) row = closest.findIndex((cost, i) => cost > 0 || !chosen.includes(i));
    chosen.push(row);
  }
  return chosen;
}

/** Assigns all rows, a part at a time. */
async function assignAll(columns: MixedColumns, matrix: Matrix, prototypes: Prototypes, control: ComputeControl) {
  const labels = new Int32Array(matrix.rows);
  const costs = new Float64Array(matrix.rows);
  for (let from = 0; from < matrix.rows; from += ROWS_A_BREATH) {
    await breathe(control);
    const part = assignRows(columns, matrix, prototypes, [from, Math.min(matrix.rows, from + ROWS_A_BREATH)]);
    labels.set(part.labels, from);
    costs.set(part.costs, from);
  }
  return { labels, costs };
}

/** Gives each cluster without rows the row that costs most where it is, from a cluster that keeps others. */
function fillEmpty(labels: Int32Array, costs: Float64Array, k: number): void {
  const counts = labelSizes(labels, k);
  for (let c = 0; c < k; c += 1) {
    if (counts[c] !== 0) continue;
    let worst = -1;
    for (let i = 0; i < labels.length; i += 1) {
      if ((counts[labels[i] as number] as number) < 2) continue;
      if (worst < 0 || (costs[i] as number) > (costs[worst] as number)) worst = i;
    }
    const from = labels[worst] as number;
    counts[from] = (counts[from] as number) - 1;
    counts[c] = 1;
    labels[worst] = c;
    costs[worst] = 0;
  }
}

/** One start run to its end. */
async function runStart(
  matrix: Matrix,
  { columns, rows, maxIterations }: { columns: MixedColumns; rows: readonly number[]; maxIterations: number },
  control: ComputeControl,
) {
  let prototypes = prototypesAt(matrix, rows);
  let before: Int32Array | undefined;
  let [iterations, converged] = [0, false];
  while (iterations < maxIterations && !converged) {
    const { labels, costs } = await assignAll(columns, matrix, prototypes, control);
    iterations += 1;
    converged = before !== undefined && labels.every((label, i) => label === before?.[i]);
    if (converged) break;
    fillEmpty(labels, costs, rows.length);
    prototypes = updatePrototypes(columns, matrix, labels, rows.length);
    before = labels;
  }
  // Labels as `predict` gives them for the prototypes as they are stored.
  const { labels, costs } = await assignAll(columns, matrix, prototypes, control);
  return { prototypes, labels, cost: costs.reduce((sum, cost) => sum + cost, 0), iterations, converged };
}

/**
 * k-prototypes: k-means for tables of numbers and categories, with means for the one and modes for the other.
 *
 * Shape   matrix: n×d, category columns hold codes; answers n labels in 0..k-1
 * Units   cost: squared units of the number columns, and γ a differing category
 * Ties    the first prototype wins; of equally frequent categories the lowest code
 * Cost    O(restarts·rounds·n·k·d) time
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE (±Infinity; NaN is a missing value and adds nothing), ML_TOO_FEW_ROWS,
 *         ML_CANCELLED
 * Source  Huang 1997, 1998; held to an independent program by reference/kprototypes.golden.json
 */
async function fit(matrix: Matrix, params: KprototypesParams, control: FitControl): Promise<FittedKprototypes> {
  checkFit(matrix, params);
  await breathe(control);
  const { k, start, maxIterations } = params;
  const { columns, gamma } = columnsOf(matrix, params);
  const starts = start.method === 'rows' ? 1 : start.restarts;
  let best: Awaited<ReturnType<typeof runStart>> | undefined;
  for (let at = 0; at < starts; at += 1) {
    const rows = start.method === 'rows' ? start.rows : spreadRows(columns, matrix, k, control.random.split(at));
    const end = await runStart(matrix, { columns, rows, maxIterations }, control);
    if (!best || end.cost < best.cost) best = end;
    control.onProgress?.({ phase: 'fitting clusters', done: at + 1, total: starts });
  }
  if (!best) return refuse('restarts', 'at least 1');
  const sizes = labelSizes(best.labels, k);
  return { version: 1, k, cols: matrix.cols, columns, gamma, sizes, ...best };
}

/**
 * The cheapest prototype of every row.
 *
 * Shape   matrix: m × the training columns; answers m labels in 0..k-1
 * Ties    as in fit
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
async function predict(fitted: KprototypesState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  checkWidth(fitted.cols, matrix);
  checkRows(matrix, 'gower');
  return (await assignAll(fitted.columns, matrix, fitted.prototypes, control)).labels;
}

/**
 * Costs of every row at every prototype.
 *
 * Shape   matrix: n × the training columns; answers n × k values, row-major
 * Units   squared units of the number columns, and γ a differing category
 * Throws  ML_SHAPE, ML_NOT_FINITE
 */
export function prototypeCosts({ columns, prototypes, cols, k }: KprototypesState, matrix: Matrix): Float64Array {
  checkWidth(cols, matrix);
  checkRows(matrix, 'gower');
  return Float64Array.from({ length: matrix.rows * k }, (_, at) =>
    prototypeCost(columns, matrix, Math.floor(at / k), [prototypes, at % k]),
  );
}

/** k-prototypes as an estimator: see `fit` for what it promises. */
export const kprototypes = {
  name: 'kprototypes',
  defaults: kprototypesDefaults,
  limits: kprototypesLimits,
  missingValues: 'handled' as const,
  fit,
  predict,
  toJson: kprototypesToJson,
  fromJson: kprototypesFromJson,
} satisfies Estimator<KprototypesParams, KprototypesState>;
