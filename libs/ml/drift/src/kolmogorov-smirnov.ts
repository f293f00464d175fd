import { sortedSample } from './sorted-sample';

/** Two-sample Kolmogorov–Smirnov test. */
export interface KsResult {
  /** Largest gap between the two cumulative distributions, 0..1. */
  readonly distance: number;
  /** Probability of as large a gap when both samples come from one continuous distribution. */
  readonly pValue: number;
  /** `exact` counts all orders of the values; `asymptotic` is Kolmogorov's series with Stephens' correction. */
  readonly method: 'exact' | 'asymptotic';
}

const EXACT_WORK = 4_000_000;
const TERMS = 100;

/**
 * Probability that Kolmogorov's distance exceeds one that was found, for large samples.
 *
 * Shape   effectiveRows: n·m / (n + m)
 * Source  Kolmogorov's series with Stephens' 1970 correction of the sample size
 */
export function kolmogorovTail(distance: number, effectiveRows: number): number {
  const root = Math.sqrt(effectiveRows);
  const lambda = (root + 0.12 + 0.11 / root) * distance;
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let j = 1; j <= TERMS; j += 1) sum += (j % 2 === 1 ? 2 : -2) * Math.exp(-2 * j * j * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}

/** Largest |i·m − j·n| over all values, i and j of n and m values being at or below it: the distance times n·m. */
function largestGap(before: Float64Array, after: Float64Array): number {
  const [n, m] = [before.length, after.length];
  let [i, j, most] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(before[i] as number, after[j] as number);
    while (i < n && (before[i] as number) === value) i += 1;
    while (j < m && (after[j] as number) === value) j += 1;
    most = Math.max(most, Math.abs(i * m - j * n));
  }
  return most;
}

/** Share of all orders of n and m values whose gap is as large somewhere: sums of positive terms, exact for tiny shares. */
function shareOfOrders(n: number, m: number, gap: number): number {
  const reached = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    for (let j = 0; j <= m; j += 1) {
      if (Math.abs(i * m - j * n) >= gap) reached[j] = 1;
      else {
        const fromBefore = i === 0 ? 0 : (reached[j] as number) * i;
        const fromAfter = j === 0 ? 0 : (reached[j - 1] as number) * j;
        reached[j] = i + j === 0 ? 0 : (fromBefore + fromAfter) / (i + j);
      }
    }
  }
  return reached[m] as number;
}

/**
 * Whether two samples come from one distribution, by the largest gap between their cumulative distributions.
 *
 * Shape   two samples, each of at least one finite value
 * Ties    count as in SciPy: the p-value is that of continuous values, with ties too large rather than too small
 * Cost    two sorts; the exact p-value n·m, taken up to 4 million, beyond it the series
 * Throws  DRIFT_EMPTY, DRIFT_NOT_FINITE
 * Source  Hodges 1957; exact values held to SciPy's ks_2samp to 1e-9 by reference/drift.golden.json
 */
export function kolmogorovSmirnovTest(before: ArrayLike<number>, after: ArrayLike<number>): KsResult {
  const a = sortedSample(before, 'Kolmogorov–Smirnov', 'earlier');
  const b = sortedSample(after, 'Kolmogorov–Smirnov', 'later');
  const work = a.length * b.length;
  const gap = largestGap(a, b);
  const distance = gap / work;
  if (work <= EXACT_WORK) {
    return { distance, pValue: gap === 0 ? 1 : shareOfOrders(a.length, b.length, gap), method: 'exact' };
  }
  return { distance, pValue: kolmogorovTail(distance, work / (a.length + b.length)), method: 'asymptotic' };
}
