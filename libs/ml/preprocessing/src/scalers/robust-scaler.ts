import { z } from 'zod';
import { defineColumnTransformer } from '../transformer/define-column-transformer';
import { quantile, sortedPresent } from '../transformer/quantile';
import { normalQuantile } from './normal-quantile';

const params = z
  .strictObject({
    /** Subtract the median. */
    centre: z.boolean().default(true),
    /** Divide by the distance of the two quantiles. */
    scale: z.boolean().default(true),
    /** Shares of one. */
    low: z.number().gt(0).lt(1).default(0.25),
    high: z.number().gt(0).lt(1).default(0.75),
    /** Make a normal column's variance one. */
    unitVariance: z.boolean().default(false),
  })
  .refine(({ low, high }) => low < high, { path: ['high'], message: 'must be above low' });

/** Below this a distance of quantiles is nothing to divide by. */
const NO_DISTANCE = 10 * Number.EPSILON;

/**
 * Each column less its median, over the distance of two of its quantiles: outliers move neither.
 *
 * Shape   n × d to n × d; missing stays missing and is left out of the quantiles
 * Ties    where the quantiles are equal the column is only centred
 * Cost    O(n log n) per column
 * Throws  PREPROCESSING_COLUMN_EMPTY; PREPROCESSING_PARAM unless low < high
 * Source  held to scikit-learn's RobustScaler by reference/scalers.golden.json
 */
export const robustScaler = defineColumnTransformer({
  kind: 'robust-scaler',
  params,
  fitted: z.object({ centre: z.number(), scale: z.number().positive() }),
  missingValues: 'kept',
  fitColumn: ({ values }, { centre, scale, low, high, unitVariance }) => {
    const sorted = sortedPresent(values);
    const distance = quantile(sorted, high) - quantile(sorted, low);
    const steady = distance < NO_DISTANCE ? 1 : distance;
    const divisor = unitVariance ? steady / (normalQuantile(high) - normalQuantile(low)) : steady;
    return { centre: centre ? quantile(sorted, 0.5) : 0, scale: scale ? divisor : 1 };
  },
  apply: ({ centre, scale }, { values }) => values.map((value) => (value - centre) / scale),
  undo: ({ centre, scale }, values) => values.map((value) => value * scale + centre),
});
