import { mixtureErrors } from '../mixture-errors';
import type { CovarianceType } from './covariance-type';

/** What turns differences from the means into numbers of variance one. */
export interface PrecisionFactors {
  /** k lower triangles row by row, or k × d for diagonal and spherical covariances. */
  readonly factors: Float64Array;
  /** Of each component: the logarithm of the factor's determinant. */
  readonly logDeterminants: Float64Array;
}

/** Covariances with what they belong to. */
export interface Covariances {
  readonly type: CovarianceType;
  readonly k: number;
  readonly d: number;
  readonly values: Float64Array;
  /** Rows' weight in each component, for the message alone. */
  readonly counts: ArrayLike<number>;
}

/** A pivot below this share of its variance is rounding, not variance. */
const LEAST_PIVOT = 1e-15;

function singular(component: number, column: number, { counts, type }: Covariances): Error {
  const rows = (counts[component] as number) ?? 0;
  return mixtureErrors.MIXTURE_SINGULAR({
    component: type === 'tied' ? 'all (tied)' : component,
    column,
    rows: Math.round(rows * 100) / 100,
  });
}

/** Inverse of the Cholesky factor of the d × d matrix at `from`, into the triangle at `to`; answers the log determinant. */
function invertedCholesky(input: Covariances, component: number, out: Float64Array, to: number): number {
  const { values, d } = input;
  const from = input.type === 'tied' ? 0 : component * d * d;
  const lower = new Float64Array(d * d);
  let log = 0;
  for (let a = 0; a < d; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let sum = values[from + a * d + b] as number;
      for (let c = 0; c < b; c += 1) sum -= (lower[a * d + c] as number) * (lower[b * d + c] as number);
      if (a !== b) lower[a * d + b] = sum / (lower[b * d + b] as number);
      else if (sum > LEAST_PIVOT * (values[from + a * d + a] as number) && sum < Infinity) {
        lower[a * d + a] = Math.sqrt(sum);
        log -= Math.log(lower[a * d + a] as number);
      } else throw singular(component, a, input);
    }
  }
  const at = (a: number, b: number): number => to + (a * (a + 1)) / 2 + b;
  for (let b = 0; b < d; b += 1) {
    for (let a = b; a < d; a += 1) {
      let sum = a === b ? 1 : 0;
      for (let c = b; c < a; c += 1) sum -= (lower[a * d + c] as number) * (out[at(c, b)] as number);
      out[at(a, b)] = sum / (lower[a * d + a] as number);
    }
  }
  return log;
}

/**
 * Factors of the inverse covariances.
 *
 * Shape   see Covariances and PrecisionFactors
 * Cost    O(k·d³), O(d³) when tied
 * Throws  MIXTURE_SINGULAR with the component and the first column that the ones before it determine
 */
export function precisionFactors(input: Covariances): PrecisionFactors {
  const { type, k, d, values } = input;
  const logDeterminants = new Float64Array(k);
  if (type === 'full' || type === 'tied') {
    const size = (d * (d + 1)) / 2;
    const factors = new Float64Array(k * size);
    for (let c = 0; c < k; c += 1) {
      if (type === 'tied' && c > 0) factors.copyWithin(c * size, 0, size);
      logDeterminants[c] =
        type === 'tied' && c > 0 ? (logDeterminants[0] as number) : invertedCholesky(input, c, factors, c * size);
    }
    return { factors, logDeterminants };
  }
  const factors = Float64Array.from({ length: k * d }, (_, at) => {
    const c = Math.floor(at / d);
    const variance = values[type === 'diagonal' ? at : c] as number;
    if (!(variance > 0 && variance < Infinity)) throw singular(c, at % d, input);
    logDeterminants[c] = (logDeterminants[c] as number) - Math.log(variance) / 2;
    return 1 / Math.sqrt(variance);
  });
  return { factors, logDeterminants };
}
