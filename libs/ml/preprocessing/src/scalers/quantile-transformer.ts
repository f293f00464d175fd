import { z } from 'zod';
import { defineColumnTransformer } from '../transformer/define-column-transformer';
import { quantile, sortedPresent } from '../transformer/quantile';
import { normalQuantile } from './normal-quantile';

const params = z.strictObject({
  /** Landmarks of the distribution; no more than there are rows. */
  quantiles: z.int().min(2).max(100_000).default(1000),
  output: z.enum(['uniform', 'normal']).default('uniform'),
});

/** Nearer than this to either end of the training values counts as the end, for normal output. */
const END_WIDTH = 1e-7;
/** The largest normal value given out: an end of the training values is no infinity. */
const NORMAL_END = -normalQuantile(END_WIDTH - Number.EPSILON);

interface Landmarks {
  readonly at: Float64Array;
  readonly output: 'uniform' | 'normal';
}

/** The last landmark at or below a value; -1 for none. */
function lastAtOrBelow(at: Float64Array, value: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The share of the training values below a value; the middle of the shares that equal landmarks span. */
function shareOf(at: Float64Array, value: number): number {
  const steps = at.length - 1;
  if (steps === 0 || value < (at[0] as number)) return 0;
  if (value > (at[steps] as number)) return 1;
  const j = lastAtOrBelow(at, value);
  const low = at[j] as number;
  if (low === value) return spanMiddle(at, j);
  return (j + (value - low) / ((at[j + 1] as number) - low)) / steps;
}

/** The middle of the shares of the landmarks that are equal to the one at `last`. */
function spanMiddle(at: Float64Array, last: number): number {
  let low = 0;
  let high = last;
  const value = at[last] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return (0.5 * (low + last)) / (at.length - 1);
}

function transformed({ at, output }: Landmarks, value: number): number {
  if (Number.isNaN(value)) return NaN;
  const first = at[0] as number;
  const last = at[at.length - 1] as number;
  if (output === 'uniform') {
    if (value === first) return 0;
    if (value === last) return 1;
    return shareOf(at, value);
  }
  if (value - END_WIDTH < first) return -NORMAL_END;
  if (value + END_WIDTH > last) return NORMAL_END;
  return Math.min(NORMAL_END, Math.max(-NORMAL_END, normalQuantile(shareOf(at, value))));
}

/**
 * Each value becomes the share of training values below it, or the normal value of that share: any distribution becomes
 * flat, or normal.
 *
 * Shape   n × d to n × d; missing stays missing; values outside those seen in fitting become the ends
 * Ties    a value that many training rows share takes the middle of their shares; a constant column becomes 0 (uniform)
 * Cost    O(n log n) per column to fit, O(log quantiles) per value; every row is used, none sampled
 * Throws  PREPROCESSING_COLUMN_EMPTY
 * Source  held to scikit-learn's QuantileTransformer (subsample above n) by reference/scalers.golden.json
 */
export const quantileTransformer = defineColumnTransformer({
  kind: 'quantile-transformer',
  params,
  fitted: z.object({ at: z.array(z.number()).min(1), output: z.enum(['uniform', 'normal']) }),
  missingValues: 'kept',
  fitColumn: ({ values }, { quantiles, output }) => {
    const sorted = sortedPresent(values);
    const count = Math.min(quantiles, values.length);
    const at = Array.from({ length: count }, (_, i) => quantile(sorted, count === 1 ? 0 : i / (count - 1)));
    // Interpolation may fall by an ulp between equal neighbours; the search needs them rising.
    for (let i = 1; i < count; i += 1) at[i] = Math.max(at[i] as number, at[i - 1] as number);
    return { at, output };
  },
  apply: ({ at, output }, { values }) => {
    const landmarks = { at: Float64Array.from(at), output };
    const out = new Float64Array(values.length);
    for (let i = 0; i < out.length; i += 1) out[i] = transformed(landmarks, values[i] as number);
    return out;
  },
});
