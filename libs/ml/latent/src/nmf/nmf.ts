import {
  FactorWorkspace,
  breathe,
  checkParams,
  checkShape,
  checkWidth,
  descend,
  labelSizes,
  mlErrors,
  poolOf,
  timesTable,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
  type SparseMatrix,
} from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';
import { countRowsOf, gram } from './count-rows';
import { largestShares } from './largest-shares';
import { nmfDefaults, nmfLimits, nmfStartLimits, type NmfParams } from './nmf.params';
import { startFactors, type Factors } from './nmf.start';
import { nmfFromJson, nmfToJson, type NmfState } from './nmf.state';

const NAME = 'nmf';

/** What `fit` answers: the state, and the largest part of every training row (−1 for a row without events). */
export interface FittedNmf extends NmfState {
  readonly labels: Int32Array;
}

interface Finished extends Factors {
  readonly error: number;
  readonly iterations: number;
  readonly converged: boolean;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Rounds of both sides from one start. Rewrites the parts it is given. */
async function rounds(
  work: FactorWorkspace,
  { parts, k, d }: { parts: Float64Array; k: number; d: number },
  { params, control }: { params: NmfParams; control: FitControl },
): Promise<{ iterations: number; converged: boolean }> {
  const { maxIterations, tolerance } = params;
  let first = 0;
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    iterations += 1;
    const made = work.descend(parts, gram(parts, k));
    const violation = made.violation + descend({ table: parts, gram: made.gram, target: made.target, k }, 0, d);
    if (iterations === 1) first = violation;
    converged = first === 0 || violation / first <= tolerance;
    await breathe(control);
  }
  return { iterations, converged };
}

async function factorise(
  counts: SparseMatrix,
  { amounts: start, parts }: Factors,
  { params, control }: { params: NmfParams; control: FitControl },
): Promise<Finished> {
  const { k } = params;
  const work = new FactorWorkspace(poolOf(control), counts, k);
  try {
    work.setAmounts(start);
    const ended = await rounds(work, { parts, k, d: counts.cols }, { params, control });
    const amounts = work.amounts();
    const squares = dot(counts.values, counts.values);
    const crossed = dot(amounts, timesTable(counts, parts, k));
    const made = dot(gram(amounts, k), gram(parts, k));
    const error = Math.sqrt(Math.max(0, squares - 2 * crossed + made));
    return { amounts, parts, error, ...ended };
  } finally {
    work.release();
  }
}

/** Parts as rows that sum to 1, so that amounts count events. */
function normalised(parts: Float64Array, k: number): Float64Array {
  const d = parts.length / k;
  const sums = new Float64Array(k);
  parts.forEach((value, at) => {
    sums[at % k] = (sums[at % k] as number) + value;
  });
  return Float64Array.from({ length: k * d }, (_, to) => {
    const sum = sums[Math.floor(to / d)] as number;
    return sum > 0 ? (parts[(to % d) * k + Math.floor(to / d)] as number) / sum : 0;
  });
}

/** When a row's amounts are settled. */
const SETTLED = { rounds: 500, share: 1e-8 };

/** How many events of each part every row holds: n × k; a row's answer does not depend on the rows beside it. */
function amountsOf(
  { parts, k, cols }: Pick<NmfState, 'parts' | 'k' | 'cols'>,
  counts: SparseMatrix,
  control: ComputeControl,
): Float64Array {
  const byColumn = Float64Array.from(
    { length: cols * k },
    (_, to) => parts[(to % k) * cols + Math.floor(to / k)] as number,
  );
  if (counts.rows === 0) return new Float64Array(0);
  const work = new FactorWorkspace(poolOf(control), counts, k);
  try {
    work.settle(byColumn, gram(byColumn, k), SETTLED);
    return work.amounts();
  } finally {
    work.release();
  }
}

function checkFit(matrix: Matrix | SparseMatrix, params: NmfParams): SparseMatrix {
  checkParams(NAME, params, nmfLimits);
  const { k, start } = params;
  if (start.method === 'random') checkParams(NAME, start, nmfStartLimits);
  if ('data' in matrix) checkShape(matrix);
  const estimator = `nmf with k = ${k}`;
  if (matrix.rows < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, rows: matrix.rows });
  if (matrix.cols < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, of: 'columns', rows: matrix.cols });
  const counts = countRowsOf(matrix, NAME);
  if (counts.values.length === 0) throw latentErrors.LATENT_EMPTY({ estimator: NAME, problem: 'every count is 0' });
  return counts;
}

/**
 * Takes counts apart: counts ≈ amounts · parts, nothing below 0, by coordinate descent on the squared difference. The
 * cluster of a row is the part that most of its events belong to.
 *
 * Shape   matrix: n×d counts of at least 0, dense or sparse; answers k parts over d events and n labels in 0..k-1, −1 without events
 * Ties    the lowest part wins
 * Cost    O(restarts·rounds·(counts above 0 · k + (n + d)·k²)); zeros cost nothing
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE, LATENT_EMPTY, ML_TOO_FEW_ROWS (rows or columns below k),
 *         ML_CANCELLED
 * Source  Cichocki & Phan 2009; held to scikit-learn by reference/nmf.golden.json
 */
async function fit(matrix: Matrix | SparseMatrix, params: NmfParams, control: FitControl): Promise<FittedNmf> {
  const counts = checkFit(matrix, params);
  await breathe(control);
  const { k, start } = params;
  const starts = start.method === 'random' ? start.restarts : 1;
  let best: Finished | undefined;
  for (let at = 0; at < starts; at += 1) {
    const from = await startFactors(counts, { k, start, at }, control);
    const finished = await factorise(counts, from, { params, control });
    if (!best || finished.error < best.error) best = finished;
    control.onProgress?.({ phase: 'taking counts apart', done: at + 1, total: starts });
  }
  if (!best) throw mlErrors.ML_PARAM({ estimator: NAME, parameter: 'restarts', must: 'at least 1' });
  const { error, iterations, converged } = best;
  const parts = normalised(best.parts, k);
  const labels = largestShares(amountsOf({ parts, k, cols: matrix.cols }, counts, control), k);
  const sizes = labelSizes(labels, k);
  const empty = labels.length - sizes.reduce((sum, size) => sum + size, 0);
  return { version: 1, k, cols: matrix.cols, parts, error, iterations, converged, sizes, empty, labels };
}

function checkedCounts(fitted: NmfState, matrix: Matrix | SparseMatrix): SparseMatrix {
  checkWidth(fitted.cols, matrix);
  return countRowsOf(matrix, NAME);
}

/**
 * How many events of each part every row holds.
 *
 * Shape   matrix: n × the training columns; answers n × k, row-major
 * Units   events
 * Throws  ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE, ML_TOO_LARGE, ML_CANCELLED
 */
export function nmfAmounts(
  fitted: NmfState,
  matrix: Matrix | SparseMatrix,
  control: ComputeControl = {},
): Float64Array {
  return amountsOf(fitted, checkedCounts(fitted, matrix), control);
}

/** The largest part of every row, −1 for a row without events. Throws as nmfAmounts. */
async function predict(
  fitted: NmfState,
  matrix: Matrix | SparseMatrix,
  control: ComputeControl = {},
): Promise<Int32Array> {
  await breathe(control);
  return largestShares(nmfAmounts(fitted, matrix, control), fitted.k);
}

/** Non-negative matrix factorisation as an estimator: see `fit` for what it promises. */
export const nmf = {
  name: NAME,
  defaults: nmfDefaults,
  limits: nmfLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: nmfToJson,
  fromJson: nmfFromJson,
} satisfies Estimator<NmfParams, NmfState>;
