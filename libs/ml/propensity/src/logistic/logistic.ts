import type { JobControl } from '@kohort/kernel-contracts';
import {
  breathe,
  checkMatrix,
  checkParams,
  mlErrors,
  type Estimator,
  type Matrix as Rows,
  type WideMatrix,
} from '@kohort/ml-core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { propensityErrors } from '../propensity-errors';
import { objectiveSlope, objectiveValue, type Problem, type Slope } from './logistic.objective';
import { logisticDefaults, logisticLimits, MAX_LOGISTIC_COLUMNS, type LogisticParams } from './logistic.params';
import { parseLogistic, type FittedLogistic } from './logistic.state';
import { sparseRows } from './sparse-rows';

/** Rows and their outcomes. */
export interface LabelledMatrix {
  readonly matrix: Rows | WideMatrix;
  /** n values of 0 or 1. */
  readonly labels: Uint8Array;
}

/** A step is halved at most this often before the point counts as the best that floating point can tell. */
const MAX_HALVINGS = 40;

/**
 * Fits P(y = 1 | x) = 1 / (1 + exp(−(x·w + b))) by minimising c·Σ log-loss + ½·|w|² with damped Newton steps (IRLS).
 *
 * Shape   matrix: n×d row-major; labels: n; d at most 2,000
 * Units   coefficients are log-odds per unit of the column
 * Cost    O(Σ cells² + d³) per step, about 6 steps; O(d²) memory beside the compressed rows; input is left as it was
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_PARAM, ML_CANCELLED, LOGISTIC_LABEL_NOT_BINARY, LOGISTIC_ONE_CLASS,
 *         LOGISTIC_TOO_WIDE, LOGISTIC_NOT_SOLVABLE
 * Source  Hastie, Tibshirani & Friedman 2009, 4.4; held to scikit-learn by reference/logistic.golden.json
 */
export async function fitLogistic(
  input: LabelledMatrix,
  params: Partial<LogisticParams> = {},
  control: JobControl = {},
): Promise<FittedLogistic> {
  const settings = { ...logisticDefaults, ...params };
  checkParams('logistic', settings, logisticLimits);
  checkInput(input);
  const data = sparseRows(input.matrix, settings.intercept);
  const problem: Problem = { data, labels: input.labels, c: settings.c, penalised: input.matrix.cols };
  let w: Float64Array = new Float64Array(data.width);
  let slope = objectiveSlope(problem, w);
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < settings.maxIterations) {
    await breathe(control);
    const step = newtonStep(slope, data.width);
    const next = damp(problem, { w, step, value: slope.value });
    iterations += 1;
    converged = next === undefined || isSmall(w, next, settings.tolerance);
    if (next !== undefined) {
      w = next;
      slope = objectiveSlope(problem, w);
    }
    control.onProgress?.({ phase: 'fitting logistic regression', done: iterations, total: null });
  }
  const gradientNorm = slope.gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0) / input.matrix.rows;
  const coefficients = Array.from(w.subarray(0, input.matrix.cols));
  const intercept = settings.intercept ? (w[input.matrix.cols] as number) : 0;
  return {
    version: 1,
    kind: 'logistic',
    intercept,
    coefficients,
    iterations,
    converged,
    gradientNorm,
    objective: slope.value,
  };
}

/** Solves Hessian · step = gradient. */
function newtonStep({ hessian, gradient }: Slope, width: number): Float64Array {
  const full = new Matrix(width, width);
  for (let i = 0; i < width; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const value = hessian[i * width + j] as number;
      full.set(i, j, value);
      full.set(j, i, value);
    }
  }
  const cholesky = new CholeskyDecomposition(full);
  if (!cholesky.isPositiveDefinite()) throw propensityErrors.LOGISTIC_NOT_SOLVABLE();
  return Float64Array.from(cholesky.solve(Matrix.columnVector(Array.from(gradient))).to1DArray());
}

/** The longest of the step, its half, its quarter … that does not make the objective worse; undefined if none does. */
function damp(
  problem: Problem,
  { w, step, value }: { w: Float64Array; step: Float64Array; value: number },
): Float64Array | undefined {
  let length = 1;
  for (let halving = 0; halving < MAX_HALVINGS; halving += 1) {
    const next = w.map((wj, j) => wj - length * (step[j] as number));
    if (objectiveValue(problem, next) <= value) return next;
    length /= 2;
  }
  return undefined;
}

function isSmall(before: Float64Array, after: Float64Array, tolerance: number): boolean {
  return after.every((wj, j) => Math.abs(wj - (before[j] as number)) <= tolerance * Math.max(1, Math.abs(wj)));
}

function checkInput({ matrix, labels }: LabelledMatrix): void {
  const { rows, cols } = matrix;
  checkMatrix(matrix);
  if (labels.length !== rows) {
    throw mlErrors.ML_SHAPE({ what: 'labels', expected: `${rows}`, got: `${labels.length}` });
  }
  if (cols > MAX_LOGISTIC_COLUMNS) {
    throw propensityErrors.LOGISTIC_TOO_WIDE({ columns: cols, allowed: MAX_LOGISTIC_COLUMNS });
  }
  let positives = 0;
  labels.forEach((label, row) => {
    if (label > 1) throw propensityErrors.LOGISTIC_LABEL_NOT_BINARY({ row });
    positives += label;
  });
  if (positives === 0 || positives === rows) throw propensityErrors.LOGISTIC_ONE_CLASS({ positives, rows });
}

/**
 * Log-odds of each row.
 *
 * Shape   matrix: n×d with the d of the fit; returns n
 * Throws  ML_SHAPE, ML_NOT_FINITE
 */
export function logisticMargins(fitted: FittedLogistic, matrix: Rows | WideMatrix): Float64Array {
  const { rows, cols, data } = matrix;
  if (cols !== fitted.coefficients.length) {
    throw mlErrors.ML_SHAPE({ what: 'a row', expected: `${fitted.coefficients.length} values`, got: `${cols}` });
  }
  checkMatrix(matrix);
  const w = Float64Array.from(fitted.coefficients);
  const margins = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let z = fitted.intercept;
    for (let column = 0; column < cols; column += 1) z += (data[row * cols + column] as number) * (w[column] as number);
    margins[row] = z;
  }
  return margins;
}

/** Probability of outcome 1 per row, as logisticMargins through the logistic curve. Throws as logisticMargins. */
export function predictLogistic(fitted: FittedLogistic, matrix: Rows | WideMatrix): Float64Array {
  return logisticMargins(fitted, matrix).map((z) => 1 / (1 + Math.exp(-z)));
}

/** Rows with their outcomes, as estimators take them. */
export interface LogisticTraining {
  readonly matrix: Rows;
  readonly labels: Uint8Array;
}

/** Logistic regression behind the contract of all estimators; it predicts probabilities. */
export const logisticRegression: Estimator<LogisticParams, FittedLogistic, LogisticTraining> = {
  name: 'logistic',
  defaults: logisticDefaults,
  limits: logisticLimits,
  missingValues: 'refused',
  fit: fitLogistic,
  predict: async (fitted, matrix) => predictLogistic(fitted, matrix),
  toJson: (fitted) => ({ ...fitted }),
  fromJson: parseLogistic,
};
