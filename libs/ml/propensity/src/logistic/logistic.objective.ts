import { weightedProducts } from './logistic.hessian';
import type { SparseRows } from './sparse-rows';

/** The penalised likelihood at one point. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
  /** Lower triangle, row-major width × width. */
  readonly hessian: Float64Array;
}

export interface Problem {
  readonly data: SparseRows;
  readonly labels: Uint8Array;
  readonly c: number;
  /** The first this many coefficients are penalised; the intercept is not. */
  readonly penalised: number;
}

/** log(1 + exp(t)) without overflow. */
const softplus = (t: number): number => (t > 0 ? t + Math.log1p(Math.exp(-t)) : Math.log1p(Math.exp(t)));

function marginOf(data: SparseRows, row: number, w: Float64Array): number {
  let z = 0;
  const end = data.starts[row + 1] as number;
  for (let k = data.starts[row] as number; k < end; k += 1) {
    z += (data.values[k] as number) * (w[data.columns[k] as number] as number);
  }
  return z;
}

/** c · Σ log(1 + exp(∓z)) + ½·|w|² alone, for the step length. */
export function objectiveValue({ data, labels, c, penalised }: Problem, w: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < data.rows; row += 1) {
    const z = marginOf(data, row, w);
    loss += softplus(labels[row] === 1 ? -z : z);
  }
  let ridge = 0;
  for (let j = 0; j < penalised; j += 1) ridge += (w[j] as number) * (w[j] as number);
  return c * loss + ridge / 2;
}

/** Value, gradient and Hessian. */
export function objectiveSlope(problem: Problem, w: Float64Array): Slope {
  const { data, labels, c, penalised } = problem;
  const { width, starts, columns, values } = data;
  const gradient = new Float64Array(width);
  const weights = new Float64Array(data.rows);
  let loss = 0;
  for (let row = 0; row < data.rows; row += 1) {
    const z = marginOf(data, row, w);
    const label = labels[row] as number;
    loss += softplus(label === 1 ? -z : z);
    const p = 1 / (1 + Math.exp(-z));
    const residual = c * (p - label);
    weights[row] = c * p * (1 - p);
    const end = starts[row + 1] as number;
    for (let k = starts[row] as number; k < end; k += 1) {
      const column = columns[k] as number;
      gradient[column] = (gradient[column] as number) + residual * (values[k] as number);
    }
  }
  const hessian = weightedProducts(data, weights);
  let ridge = 0;
  for (let j = 0; j < penalised; j += 1) {
    const wj = w[j] as number;
    ridge += wj * wj;
    gradient[j] = (gradient[j] as number) + wj;
    hessian[j * width + j] = (hessian[j * width + j] as number) + 1;
  }
  return { value: c * loss + ridge / 2, gradient, hessian };
}
