import { driftErrors } from './drift-errors';

/** Values of a sample, rising. Throws DRIFT_EMPTY, DRIFT_NOT_FINITE */
export function sortedSample(values: ArrayLike<number>, measure: string, side: 'earlier' | 'later'): Float64Array {
  if (values.length === 0) throw driftErrors.DRIFT_EMPTY({ measure });
  const sorted = Float64Array.from(values);
  const place = sorted.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) throw driftErrors.DRIFT_NOT_FINITE({ measure, place, side });
  return sorted.sort();
}
