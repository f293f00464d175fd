import { crossProducts } from '@kohort/ml-core';
import { symmetricEigen, type SymmetricEigen } from './symmetric-eigen';

/** A linear function of d columns. */
export interface LinearFit {
  readonly coefficients: number[];
  readonly intercept: number;
}

/** Shape and rate of the Gamma priors over both precisions: almost flat. */
const PRIOR = 1e-6;
const MOST_ROUNDS = 300;
/** The sum of the coefficients' changes at which the search ends. */
const TOLERANCE = 1e-3;

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const centred = (values: Float64Array, middle: number): Float64Array => values.map((value) => value - middle);

interface Problem {
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
  readonly eigen: SymmetricEigen;
  /** The products of columns and target, in the directions of the eigenvectors. */
  readonly turned: Float64Array;
}

/** Coefficients of the ridge regression whose penalty is `penalty`. */
function ridge({ eigen: { values, vectors }, turned }: Problem, penalty: number): Float64Array {
  const d = turned.length;
  const out = new Float64Array(d);
  for (let k = 0; k < d; k += 1) {
    const weight = (turned[k] as number) / (Math.max(0, values[k] as number) + penalty);
    for (let j = 0; j < d; j += 1) out[j] = (out[j] as number) + weight * (vectors[k * d + j] as number);
  }
  return out;
}

function squaredError({ columns, target }: Problem, coefficients: Float64Array): number {
  const rest = target.slice();
  columns.forEach((column, j) => {
    const coefficient = coefficients[j] as number;
    for (let i = 0; i < rest.length; i += 1) rest[i] = (rest[i] as number) - coefficient * (column[i] as number);
  });
  return rest.reduce((sum, value) => sum + value * value, 0);
}

/**
 * Ridge regression whose penalty is found from the data by maximising the evidence.
 *
 * Shape   columns: d of n values; target: n values; n at least 1
 * Cost    O(n·d² + d³), then O(n·d) a round
 * Source  MacKay 1992, Tipping 2001; held to scikit-learn's BayesianRidge to 1e-6 by imputers/reference
 */
export function fitBayesianRidge(columns: readonly Float64Array[], target: Float64Array): LinearFit {
  const d = columns.length;
  const rows = target.length;
  const means = columns.map(mean);
  const middle = mean(target);
  const inner = columns.map((column, j) => centred(column, means[j] as number));
  const rest = centred(target, middle);
  const eigen = symmetricEigen(crossProducts({ columns: inner }), d);
  const products = inner.map((column) => column.reduce((sum, value, i) => sum + value * (rest[i] as number), 0));
  const turned = Float64Array.from({ length: d }, (_, k) =>
    products.reduce((sum, product, j) => sum + product * (eigen.vectors[k * d + j] as number), 0),
  );
  const problem: Problem = { columns: inner, target: rest, eigen, turned };
  const variance = rest.reduce((sum, value) => sum + value * value, 0) / rows;
  let noise = 1 / (variance + Number.EPSILON);
  let weight = 1;
  let before: Float64Array | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const coefficients = ridge(problem, weight / noise);
    const error = squaredError(problem, coefficients);
    const told = eigen.values.reduce((sum, value) => {
      const strength = noise * Math.max(0, value);
      return sum + strength / (weight + strength);
    }, 0);
    weight = (told + 2 * PRIOR) / (coefficients.reduce((sum, value) => sum + value * value, 0) + 2 * PRIOR);
    noise = (rows - told + 2 * PRIOR) / (error + 2 * PRIOR);
    const last = before;
    const change = last && coefficients.reduce((sum, value, j) => sum + Math.abs(value - (last[j] as number)), 0);
    if (change !== undefined && change < TOLERANCE) break;
    before = coefficients;
  }
  const coefficients = Array.from(ridge(problem, weight / noise));
  const intercept = middle - coefficients.reduce((sum, value, j) => sum + value * (means[j] as number), 0);
  return { coefficients, intercept };
}
