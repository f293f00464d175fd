import type { JobControl } from '@kohort/kernel-contracts';
import {
  checkMatrix,
  checkParams,
  checkSparse,
  checkWidth,
  mlErrors,
  sparseOf,
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

/** x·w + b of one row for every line, into `sums`. */
function marginsOf(x: SparseMatrix, row: number, { weights, intercepts }: Lines, sums: Float64Array): void {
  const lines = sums.length;
  sums.set(intercepts);
  for (let at = x.starts[row] as number; at < (x.starts[row + 1] as number); at += 1) {
    const value = x.values[at] as number;
    const from = (x.columns[at] as number) * lines;
    for (let c = 0; c < lines; c += 1) sums[c] = (sums[c] as number) + value * (weights[from + c] as number);
  }
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
  const sums = new Float64Array(lines);
  return (point: Float64Array, gradient: Float64Array): number => {
    const at = { weights: point.subarray(0, size), intercepts: point.subarray(size) };
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < x.rows; row += 1) {
      marginsOf(x, row, at, sums);
      const wanted = lines === 1 ? (labels[row] === 1 ? 0 : -1) : (labels[row] as number);
      const own = wanted < 0 ? 0 : (sums[wanted] as number);
      loss += sharesInPlace(sums) - own;
      if (wanted >= 0) sums[wanted] = (sums[wanted] as number) - 1;
      for (let place = x.starts[row] as number; place < (x.starts[row + 1] as number); place += 1) {
        const value = c * (x.values[place] as number);
        const to = (x.columns[place] as number) * lines;
        for (let k = 0; k < lines; k += 1)
          gradient[to + k] = (gradient[to + k] as number) + value * (sums[k] as number);
      }
      for (let k = 0; k < lines; k += 1) gradient[size + k] = (gradient[size + k] as number) + c * (sums[k] as number);
    }
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

function classesOf(labels: Int32Array): number {
  const odd = labels.findIndex((label) => label < 0);
  if (odd >= 0) throw mlErrors.ML_SHAPE({ what: 'labels', expected: 'classes from 0 on', got: `${labels[odd]}` });
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const empty = counts.indexOf(0);
  if (classes < 2 || empty >= 0) throw propensityErrors.SOFTMAX_EMPTY_CLASS({ classes, label: Math.max(0, empty) });
  return classes;
}

/**
 * Fits P(class | x) with a ridge penalty: the logistic curve for two classes, its many-class form for more. Made for
 * wide sparse rows, such as terms of texts; up to 2,000 dense columns `fitLogistic` is faster and more exact.
 *
 * Shape   matrix: n×d, dense or sparse; labels: n classes in 0..K-1, none of them without a row
 * Units   weights are log-odds per unit of the column
 * Cost    O(values · K) a step, 50 to 500 steps; 22 · d · K numbers of memory
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
  const classes = classesOf(wanted);
  const lines = classes === 2 ? 1 : classes;
  const start = new Float64Array((x.cols + 1) * lines);
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
  const out = new Float64Array(x.rows * classes);
  const sums = new Float64Array(lines);
  for (let row = 0; row < x.rows; row += 1) {
    marginsOf(x, row, fitted, sums);
    sharesInPlace(sums);
    if (lines > 1) out.set(sums, row * classes);
    else out.set([1 - (sums[0] as number), sums[0] as number], row * classes);
  }
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
