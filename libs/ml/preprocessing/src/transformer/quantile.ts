/** The values that are there, rising. A copy. */
export function sortedPresent(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/**
 * A quantile of rising values by linear interpolation between neighbours (Hyndman & Fan type 7).
 *
 * Shape   sorted: at least one value, rising, no NaN; share in 0..1
 * Source  held to numpy.percentile by the golden files of the scalers
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  const part = place - below;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
