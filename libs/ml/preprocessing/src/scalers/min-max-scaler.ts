import { z } from 'zod';
import { defineColumnTransformer } from '../transformer/define-column-transformer';

const params = z
  .strictObject({
    low: z.number().default(0),
    high: z.number().default(1),
    /** Values outside the range seen in fitting are set to its ends. */
    clip: z.boolean().default(false),
  })
  .refine(({ low, high }) => low < high, { path: ['high'], message: 'must be above low' });

/** Below this a range is rounding noise of a constant column. */
const NO_RANGE = 10 * Number.EPSILON;

/**
 * Each column's range seen in fitting brought to low..high.
 *
 * Shape   n × d to n × d; missing stays missing
 * Ties    a constant column becomes `low`
 * Throws  PREPROCESSING_COLUMN_EMPTY; PREPROCESSING_PARAM unless low < high
 * Source  held to scikit-learn's MinMaxScaler by reference/scalers.golden.json
 */
export const minMaxScaler = defineColumnTransformer({
  kind: 'min-max-scaler',
  params,
  fitted: z.object({
    factor: z.number(),
    shift: z.number(),
    limits: z.object({ low: z.number(), high: z.number() }).nullable(),
  }),
  missingValues: 'kept',
  fitColumn: ({ values }, { low, high, clip }) => {
    let least = Infinity;
    let most = -Infinity;
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const range = most - least;
    // A range beyond the largest number is refused as not finite, not scaled to nothing.
    const factor = range === Infinity ? NaN : (high - low) / (range < NO_RANGE ? 1 : range);
    return { factor, shift: low - least * factor, limits: clip ? { low, high } : null };
  },
  apply: ({ factor, shift, limits }, { values }) =>
    values.map((value) => {
      const scaled = value * factor + shift;
      if (limits === null || Number.isNaN(scaled)) return scaled;
      return Math.min(limits.high, Math.max(limits.low, scaled));
    }),
  undo: ({ factor, shift }, values) => values.map((value) => (value - shift) / factor),
});
