import { PowerWorkspace } from '@kohort/ml-core';
import { brentMinimum } from './brent';

/** The least variance whose logarithm says anything. */
const TINY_VARIANCE = 2.2250738585072014e-308;

/** The value whose transform is `changed`; NaN where none is. */
export function yeoJohnsonInverse(lambda: number, changed: number): number {
  if (changed >= 0) {
    return Math.abs(lambda) < Number.EPSILON ? Math.expm1(changed) : Math.expm1(Math.log1p(changed * lambda) / lambda);
  }
  const other = 2 - lambda;
  return Math.abs(other) > Number.EPSILON ? -Math.expm1(Math.log1p(-other * changed) / other) : -Math.expm1(-changed);
}

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
  const workspace = new PowerWorkspace(values);
  try {
    return brentMinimum(
      (lambda) => {
        const { variance } = workspace.spread(lambda);
        if (!(variance >= TINY_VARIANCE)) return Infinity;
        return (n / 2) * Math.log(variance) - (lambda - 1) * workspace.signedLogs;
      },
      -2,
      2,
    );
  } finally {
    workspace.release();
  }
}
