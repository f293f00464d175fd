import { sortedSample } from './sorted-sample';

/** Counts of two samples over the same bins. */
export interface BinnedSamples {
  /** Upper ends of all bins but the last, rising; a value at an end belongs below it. */
  readonly edges: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function countsOf(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < edges.length && value > (edges[bin] as number)) bin += 1;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/**
 * Bins of about equally many earlier values, and how many values of either sample fall into each: what the population
 * stability index and the Jensen–Shannon divergence of numbers are computed on.
 *
 * Shape   bins: 2 or more; fewer come out where values repeat
 * Ties    edges are values of the earlier sample (the lower of two); equal edges are one
 * Throws  DRIFT_EMPTY, DRIFT_NOT_FINITE
 */
export function binSamples(before: ArrayLike<number>, after: ArrayLike<number>, bins = 10): BinnedSamples {
  const a = sortedSample(before, 'binning', 'earlier');
  const b = sortedSample(after, 'binning', 'later');
  const at = Array.from({ length: bins - 1 }, (_, i) => a[Math.ceil(((i + 1) * a.length) / bins) - 1] as number);
  const edges = [...new Set(at)];
  return { edges, before: countsOf(a, edges), after: countsOf(b, edges) };
}
