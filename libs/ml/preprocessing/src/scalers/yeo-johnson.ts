import { brentMinimum } from './brent';

/** The least variance whose logarithm says anything. */
const TINY_VARIANCE = 2.2250738585072014e-308;

/** The Yeo-Johnson transform of one value: a power of 1 + |x|, of opposite bend on either side of 0. */
export function yeoJohnson(lambda: number, value: number): number {
  return powered(lambda, value, Math.log1p(Math.abs(value)));
}

function powered(lambda: number, value: number, log: number): number {
  if (value >= 0) return Math.abs(lambda) < Number.EPSILON ? log : Math.expm1(lambda * log) / lambda;
  const other = 2 - lambda;
  return Math.abs(other) > Number.EPSILON ? -Math.expm1(other * log) / other : -log;
}

/** The value whose transform is `changed`; NaN where none is. */
export function yeoJohnsonInverse(lambda: number, changed: number): number {
  if (changed >= 0) {
    return Math.abs(lambda) < Number.EPSILON ? Math.expm1(changed) : Math.expm1(Math.log1p(changed * lambda) / lambda);
  }
  const other = 2 - lambda;
  return Math.abs(other) > Number.EPSILON ? -Math.expm1(Math.log1p(-other * changed) / other) : -Math.expm1(-changed);
}

/** Below this an exponential less one loses digits, and `expm1` is worth its time. */
const SMALL_POWER = 1e-3;

/** (e^(power · log) − 1) / power of every logarithm, written from `at` on; returns their sum. */
function powersOf(
  logs: Float64Array,
  power: number,
  { out, at }: { readonly out: Float64Array; readonly at: number },
): number {
  let sum = 0;
  if (Math.abs(power) > SMALL_POWER) {
    for (let i = 0; i < logs.length; i += 1) {
      const value = (Math.exp(power * (logs[i] as number)) - 1) / power;
      out[at + i] = value;
      sum += value;
    }
    return sum;
  }
  for (let i = 0; i < logs.length; i += 1) {
    const log = logs[i] as number;
    const value = Math.abs(power) < Number.EPSILON ? log : Math.expm1(power * log) / power;
    out[at + i] = value;
    sum += value;
  }
  return sum;
}

const total = (values: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] as number;
  return sum;
};

/**
 * The exponent that makes values look most normal: the largest likelihood of a normal distribution.
 *
 * Shape   values: at least one, no NaN; 1 (no change) for equal values
 * Cost    about 20 passes with one exponential each
 * Source  Yeo & Johnson 2000; held to scikit-learn's PowerTransformer to 1e-6 by reference/scalers.golden.json
 */
export function fitYeoJohnson(values: Float64Array): number {
  const n = values.length;
  const first = values[0] as number;
  if (values.every((value) => value === first)) return 1;
  const above = values.filter((value) => value >= 0).map(Math.log1p);
  const below = values.filter((value) => value < 0).map((value) => Math.log1p(-value));
  const signed = total(above) - total(below);
  const changed = new Float64Array(n);
  const unlikelihood = (lambda: number): number => {
    const high = powersOf(above, lambda, { out: changed, at: 0 });
    // Negative values bend the other way; their sign is taken care of by the mean.
    const low = powersOf(below, 2 - lambda, { out: changed, at: above.length });
    const mean = (high - low) / n;
    let squares = 0;
    for (let i = 0; i < above.length; i += 1) {
      const difference = (changed[i] as number) - mean;
      squares += difference * difference;
    }
    for (let i = above.length; i < n; i += 1) {
      const difference = (changed[i] as number) + mean;
      squares += difference * difference;
    }
    const variance = squares / n;
    if (!(variance >= TINY_VARIANCE)) return Infinity;
    return (n / 2) * Math.log(variance) - (lambda - 1) * signed;
  };
  return brentMinimum(unlikelihood, -2, 2);
}
