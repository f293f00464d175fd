import type { JobControl } from '@kohort/kernel-contracts';
import {
  checkMatrix,
  checkParams,
  checkSparse,
  checkWidth,
  mlErrors,
  sparseOf,
  timesTable,
  transposed,
  type Estimator,
  type Matrix,
  type SparseMatrix,
} from '@kohort/ml-core';
import { propensityErrors } from '../propensity-errors';
import { descendQuasiNewton } from './descend-quasi-newton';
import { softmaxDefaults, softmaxLimits, type SoftmaxParams } from './softmax.params';
import { softmaxFromJson, softmaxToJson, type FittedSoftmax } from './softmax.state';

const NAME = 'softmax';

/** Rows and the class of each, from 0 on. */
export interface ClassedRows {
  readonly matrix: Matrix | SparseMatrix;
  readonly labels: ArrayLike<number>;
}

interface Lines {
  /** cols × lines. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
}

/** x·w + b of every row for every line, row-major, into `margins`. */
function marginsOf(x: SparseMatrix, { weights, intercepts }: Lines, margins?: Float64Array): Float64Array {
  const lines = intercepts.length;
  const out = timesTable(x, weights, lines, margins);
  for (let at = 0; at < out.length; at += lines) {
    for (let c = 0; c < lines; c += 1) out[at + c] = (out[at + c] as number) + (intercepts[c] as number);
  }
  return out;
}

/** Margins into shares of one, in place; answers the logarithm of their sum of powers. With one line class 0 has margin 0. */
function sharesInPlace(sums: Float64Array): number {
  let most = sums.length === 1 ? 0 : -Infinity;
  for (const sum of sums) most = Math.max(most, sum);
  let total = sums.length === 1 ? Math.exp(-most) : 0;
  for (let c = 0; c < sums.length; c += 1) {
    sums[c] = Math.exp((sums[c] as number) - most);
    total += sums[c] as number;
  }
  for (let c = 0; c < sums.length; c += 1) sums[c] = (sums[c] as number) / total;
  return most + Math.log(total);
}

/** c · Σ log-loss + ½·|w|² and its slope; the variables are the weights, then the intercepts. */
function objective(x: SparseMatrix, labels: Int32Array, { c, lines }: { c: number; lines: number }) {
  const size = x.cols * lines;
  const columns = transposed(x);
  // First the margins of all rows, then what each share lacks: the slope reads them column by column.
  const table = new Float64Array(x.rows * lines);
  return (point: Float64Array, gradient: Float64Array): number => {
    marginsOf(x, { weights: point.subarray(0, size), intercepts: point.subarray(size) }, table);
    const intercepts = gradient.subarray(size).fill(0);
    let loss = 0;
    for (let row = 0; row < x.rows; row += 1) {
      const sums = table.subarray(row * lines, (row + 1) * lines);
      const wanted = lines === 1 ? (labels[row] === 1 ? 0 : -1) : (labels[row] as number);
      const own = wanted < 0 ? 0 : (sums[wanted] as number);
      loss += sharesInPlace(sums) - own;
      if (wanted >= 0) sums[wanted] = (sums[wanted] as number) - 1;
      for (let k = 0; k < lines; k += 1) {
        const slope = c * (sums[k] as number);
        sums[k] = slope;
        intercepts[k] = (intercepts[k] as number) + slope;
      }
    }
    timesTable(columns, table, lines, gradient.subarray(0, size));
    let ridge = 0;
    for (let i = 0; i < size; i += 1) {
      const weight = point[i] as number;
      ridge += weight * weight;
      gradient[i] = (gradient[i] as number) + weight;
    }
    return c * loss + ridge / 2;
  };
}

function sparseInput(matrix: Matrix | SparseMatrix): SparseMatrix {
  if ('data' in matrix) checkMatrix(matrix);
  else checkSparse(matrix);
  return 'data' in matrix ? sparseOf(matrix) : matrix;
}

/** How many rows each class has. */
function countClasses(labels: Int32Array): Uint32Array {
  const odd = labels.findIndex((label) => label < 0);
  if (odd >= 0) throw mlErrors.ML_SHAPE({ what: 'labels', expected: 'classes from 0 on', got: `${labels[odd]}` });
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const empty = counts.indexOf(0);
  if (classes < 2 || empty >= 0) throw propensityErrors.SOFTMAX_EMPTY_CLASS({ classes, label: Math.max(0, empty) });
  return counts;
}

/**
 * Weights of 0 and the intercepts that are best with them: else the slope of the intercepts, which is by far the largest, hides
 * that of the weights from the tolerance.
 */
function startOf(counts: Uint32Array, { cols, lines }: { cols: number; lines: number }): Float64Array {
  const start = new Float64Array((cols + 1) * lines);
  const logs = Array.from(counts, Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  start.set(lines === 1 ? [(logs[1] as number) - (logs[0] as number)] : logs.map((log) => log - mean), cols * lines);
  return start;
}

/**
 * Fits P(class | x) with a ridge penalty: the logistic curve for two classes, its many-class form for more. Made for
 * wide sparse rows, such as terms of texts; up to 2,000 dense columns `fitLogistic` is faster and more exact.
 *
 * Shape   matrix: n×d, dense or sparse; labels: n classes in 0..K-1, none of them without a row
 * Units   weights are log-odds per unit of the column
 * Cost    O(values · K) a step, 50 to 500 steps; memory of 22 · d · K + n · K numbers, and the values twice
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_PARAM, SOFTMAX_EMPTY_CLASS, ML_CANCELLED
 * Source  Hastie, Tibshirani & Friedman 2009, 4.4; held to scikit-learn by reference/softmax.golden.json
 */
export async function fitSoftmax(
  { matrix, labels }: ClassedRows,
  params: Partial<SoftmaxParams> = {},
  control: JobControl = {},
): Promise<FittedSoftmax> {
  const { c, ...ends } = { ...softmaxDefaults, ...params };
  checkParams(NAME, { c, ...ends }, softmaxLimits);
  const x = sparseInput(matrix);
  if (labels.length !== x.rows) {
    throw mlErrors.ML_SHAPE({ what: 'labels', expected: `${x.rows}`, got: `${labels.length}` });
  }
  const wanted = Int32Array.from(labels);
  const counts = countClasses(wanted);
  const classes = counts.length;
  const lines = classes === 2 ? 1 : classes;
  const start = startOf(counts, { cols: x.cols, lines });
  const end = await descendQuasiNewton(objective(x, wanted, { c, lines }), start, { ...ends, control });
  return {
    version: 1,
    classes,
    cols: x.cols,
    lines,
    weights: end.point.slice(0, x.cols * lines),
    intercepts: end.point.slice(x.cols * lines),
    iterations: end.iterations,
    converged: end.converged,
    objective: end.value,
  };
}

/**
 * The probability of every class.
 *
 * Shape   matrix: n × the training columns; answers n × K, row-major; a row sums to 1
 * Throws  ML_SHAPE, ML_NOT_FINITE
 */
export function softmaxShares(fitted: FittedSoftmax, matrix: Matrix | SparseMatrix): Float64Array {
  checkWidth(fitted.cols, matrix);
  const x = sparseInput(matrix);
  const { classes, lines } = fitted;
  const margins = marginsOf(x, fitted);
  for (let at = 0; at < margins.length; at += lines) sharesInPlace(margins.subarray(at, at + lines));
  if (lines > 1) return margins;
  const out = new Float64Array(x.rows * classes);
  margins.forEach((share, row) => out.set([1 - share, share], row * classes));
  return out;
}

/** The likeliest class of every row; of equal ones the lowest. Throws as softmaxShares. */
export function predictSoftmax(fitted: FittedSoftmax, matrix: Matrix | SparseMatrix): Int32Array {
  const shares = softmaxShares(fitted, matrix);
  const { classes } = fitted;
  return Int32Array.from({ length: matrix.rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c += 1) {
      if ((shares[row * classes + c] as number) > (shares[row * classes + best] as number)) best = c;
    }
    return best;
  });
}

/** Logistic regression over classes behind the contract of all estimators; it predicts classes. */
export const softmaxRegression: Estimator<SoftmaxParams, FittedSoftmax, ClassedRows> = {
  name: NAME,
  defaults: softmaxDefaults,
  limits: softmaxLimits,
  missingValues: 'refused',
  fit: fitSoftmax,
  predict: async (fitted, matrix) => predictSoftmax(fitted, matrix),
  toJson: softmaxToJson,
  fromJson: softmaxFromJson,
};
