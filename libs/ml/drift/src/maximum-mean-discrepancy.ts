import type { Random } from '@kohort/kernel-clock-random';
import { breathe, checkMatrix, mlErrors, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { driftErrors } from './drift-errors';

/** Maximum mean discrepancy of two samples of rows. */
export interface MmdResult {
  /** Unbiased estimate of the squared discrepancy; about 0, below it too, when nothing differs. */
  readonly squared: number;
  /** Share of relabellings, the found one among them, that differ as much. */
  readonly pValue: number;
  /** exp(−gamma · squared distance). */
  readonly gamma: number;
  readonly permutations: number;
}

export interface MmdOptions extends ComputeControl {
  readonly random: Random;
  /** Default: 1 over the median squared distance of all pairs (1 when that is 0). */
  readonly gamma?: number;
  /** Default 200. */
  readonly permutations?: number;
}

/** Kernel values of all pairs: n² of them are held. */
const MOST_ROWS = 4_000;

function squaredDistances(before: Matrix, after: Matrix): Float64Array {
  const n = before.rows + after.rows;
  const d = before.cols;
  const rows = new Float64Array(n * d);
  rows.set(before.data);
  rows.set(after.data, before.rows * d);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let sum = 0;
      for (let c = 0; c < d; c += 1) sum += ((rows[i * d + c] as number) - (rows[j * d + c] as number)) ** 2;
      out[i * n + j] = sum;
      out[j * n + i] = sum;
    }
  }
  return out;
}

function medianGamma(squared: Float64Array, n: number): number {
  const pairs = new Float64Array((n * (n - 1)) / 2);
  for (let i = 1, at = 0; i < n; i += 1)
    for (let j = 0; j < i; j += 1, at += 1) pairs[at] = squared[i * n + j] as number;
  pairs.sort();
  const middle = ((pairs[(pairs.length - 1) >> 1] as number) + (pairs[pairs.length >> 1] as number)) / 2;
  return middle > 0 ? 1 / middle : 1;
}

/** The estimate for one labelling: the first m places of `order` are the earlier sample. */
function estimate(kernel: Float64Array, order: Uint32Array, m: number): number {
  const n = order.length;
  let [within, across, other] = [0, 0, 0];
  for (let s = 1; s < n; s += 1) {
    const from = (order[s] as number) * n;
    for (let t = 0; t < Math.min(s, m); t += 1) {
      const value = kernel[from + (order[t] as number)] as number;
      if (s < m) within += value;
      else across += value;
    }
    for (let t = m; t < s; t += 1) other += kernel[from + (order[t] as number)] as number;
  }
  const rest = n - m;
  return (2 * within) / (m * (m - 1)) + (2 * other) / (rest * (rest - 1)) - (2 * across) / (m * rest);
}

/**
 * Whether two samples of rows come from one distribution of all columns together, by a Gaussian kernel.
 *
 * Shape   before: m×d, after: n×d, at least 2 rows each and 4,000 together: draw a sample of more; scale the columns first
 * Units   none
 * Cost    (m + n)²·(d + permutations) time, 16·(m + n)² bytes
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, DRIFT_PARAM, ML_CANCELLED
 * Source  Gretton et al. 2012, Lemma 6; the estimate held to NumPy to 1e-9 by reference/drift.golden.json
 */
export async function maximumMeanDiscrepancy(before: Matrix, after: Matrix, options: MmdOptions): Promise<MmdResult> {
  checkMatrix(before, 'earlier rows');
  checkMatrix(after, 'later rows');
  if (before.cols !== after.cols) {
    throw mlErrors.ML_SHAPE({ what: 'later rows', expected: `${before.cols} columns`, got: `${after.cols}` });
  }
  const [m, n] = [before.rows, before.rows + after.rows];
  const fewest = Math.min(m, after.rows);
  if (fewest < 2) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'MMD', needed: 2, rows: fewest });
  if (n > MOST_ROWS)
    throw driftErrors.DRIFT_PARAM({ parameter: 'rows', must: `at most ${MOST_ROWS} together: draw some` });
  const { permutations = 200, random } = options;
  if (!(Number.isInteger(permutations) && permutations >= 1)) {
    throw driftErrors.DRIFT_PARAM({ parameter: 'permutations', must: 'a whole number from 1 on' });
  }
  const kernel = squaredDistances(before, after);
  const gamma = options.gamma ?? medianGamma(kernel, n);
  if (!(gamma > 0)) throw driftErrors.DRIFT_PARAM({ parameter: 'gamma', must: 'above 0' });
  for (let at = 0; at < kernel.length; at += 1) kernel[at] = Math.exp(-gamma * (kernel[at] as number));
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const squared = estimate(kernel, order, m);
  let asLarge = 1;
  for (let p = 0; p < permutations; p += 1) {
    if (p % 10 === 0) {
      await breathe(options);
      options.onProgress?.({ phase: 'relabelling', done: p, total: permutations });
    }
    for (let i = n - 1; i > 0; i -= 1) {
      const j = random.int(i + 1);
      const kept = order[i] as number;
      order[i] = order[j] as number;
      order[j] = kept;
    }
    if (estimate(kernel, order, m) >= squared) asLarge += 1;
  }
  return { squared, pValue: asLarge / (permutations + 1), gamma, permutations };
}
