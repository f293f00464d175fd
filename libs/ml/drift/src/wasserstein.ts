import { sortedSample } from './sorted-sample';

/**
 * How far values have to be moved, on average, to make one sample's distribution of the other's.
 *
 * Shape   two samples, each of at least one finite value
 * Units   those of the values
 * Cost    two sorts
 * Throws  DRIFT_EMPTY, DRIFT_NOT_FINITE
 * Source  ∫ |F − G|; held to SciPy's wasserstein_distance to 1e-9 by reference/drift.golden.json
 */
export function wassersteinDistance(before: ArrayLike<number>, after: ArrayLike<number>): number {
  const a = sortedSample(before, 'Wasserstein', 'earlier');
  const b = sortedSample(after, 'Wasserstein', 'later');
  let [i, j, sum] = [0, 0, 0];
  let last = Math.min(a[0] as number, b[0] as number);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    sum += Math.abs(i / a.length - j / b.length) * (next - last);
    last = next;
    while (i < a.length && (a[i] as number) === next) i += 1;
    while (j < b.length && (b[j] as number) === next) j += 1;
  }
  return sum;
}
