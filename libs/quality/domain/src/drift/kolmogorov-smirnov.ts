import { kolmogorovTail } from '@kohort/ml-drift';
import { shareBelow, type Distribution } from '../profile/quantile-sketch';

/** The largest distance between two cumulative distributions, and how likely chance is to make one as large. */
export interface KolmogorovSmirnov {
  readonly distance: number;
  readonly pValue: number;
}

/**
 * Two-sample Kolmogorov–Smirnov test on sketches. Exact distributions give the exact distance; centroids add the error of
 * their ranks (at most 0.63 % each).
 *
 * Source  distance: largest |F₁ − F₂| on both sides of every point; p-value: Kolmogorov's series with Stephens' 1970
 *         correction of the sample size
 */
export function kolmogorovSmirnov(before: Distribution, after: Distribution): KolmogorovSmirnov {
  let distance = 0;
  for (const value of new Set([...before.values, ...after.values])) {
    for (const inclusive of [true, false]) {
      const gap = Math.abs(shareBelow(before, value, inclusive) - shareBelow(after, value, inclusive));
      if (gap > distance) distance = gap;
    }
  }
  const effectiveRows = (before.count * after.count) / (before.count + after.count);
  return { distance, pValue: kolmogorovTail(distance, effectiveRows) };
}
