/** The value that stands in for a missing one. */
export interface MedianImputer {
  readonly median: number;
}

/**
 * Median of the present values; 0 when none is present.
 *
 * Ties    an even count takes the mean of the two middle values
 * Cost    O(n log n) time, O(n) memory
 * Source  held to scikit-learn's SimpleImputer(strategy='median') by designs/reference/designs.golden.json
 */
export function fitMedianImputer(values: Float64Array): MedianImputer {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const n = present.length;
  if (n === 0) return { median: 0 };
  const upper = present[n >> 1] as number;
  return { median: n % 2 === 1 ? upper : ((present[(n >> 1) - 1] as number) + upper) / 2 };
}

/** A copy with every NaN replaced. */
export function imputeMedian(fitted: MedianImputer, values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? fitted.median : value));
}
