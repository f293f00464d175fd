import { z } from 'zod';
import { firstMissing } from '../transformer/check-columns';
import { defineColumnTransformer } from '../transformer/define-column-transformer';
import { applyZScore, fitZScore } from './z-score';

const params = z.strictObject({
  /** Subtract the mean. */
  centre: z.boolean().default(true),
  /** Divide by the population standard deviation. */
  scale: z.boolean().default(true),
});

/**
 * Each column less its mean, over its population standard deviation.
 *
 * Shape   n × d to n × d; missing stays missing and is left out of both figures
 * Ties    a constant column becomes 0, it is not refused
 * Cost    O(n) per column, two passes
 * Throws  PREPROCESSING_COLUMN_EMPTY
 * Source  held to scikit-learn's StandardScaler by reference/scalers.golden.json
 */
export const standardScaler = defineColumnTransformer({
  kind: 'standard-scaler',
  params,
  fitted: z.object({ mean: z.number(), scale: z.number().positive() }),
  missingValues: 'kept',
  fitColumn: (column, { centre, scale }) => {
    const { values } = column;
    const fitted = fitZScore(firstMissing(column) < 0 ? values : values.filter((value) => !Number.isNaN(value)));
    return { mean: centre ? fitted.mean : 0, scale: scale ? fitted.scale : 1 };
  },
  apply: (fitted, { values }) => applyZScore(fitted, values),
  undo: ({ mean, scale }, values) => values.map((value) => value * scale + mean),
});
