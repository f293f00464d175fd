/** Centre and spread of a column. */
export interface ZScore {
  readonly mean: number;
  /** Population standard deviation; 1 for a constant column, so that it becomes 0 and not NaN. */
  readonly scale: number;
}

/** Below this share of the mean a spread is rounding noise of a constant column. */
const CONSTANT_SHARE = 10 * Number.EPSILON;

/**
 * Mean and population standard deviation of a column without NaN.
 *
 * Cost    O(n), two passes
 * Source  held to scikit-learn's StandardScaler by designs/reference/designs.golden.json
 */
export function fitZScore(values: Float64Array): ZScore {
  const n = values.length;
  if (n === 0) return { mean: 0, scale: 1 };
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += values[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i += 1) {
    const difference = (values[i] as number) - mean;
    squares += difference * difference;
  }
  const spread = Math.sqrt(squares / n);
  return { mean, scale: spread <= CONSTANT_SHARE * Math.abs(mean) || spread === 0 ? 1 : spread };
}

/** (value − mean) / scale, as a copy. */
export function applyZScore({ mean, scale }: ZScore, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i += 1) out[i] = ((values[i] as number) - mean) / scale;
  return out;
}
