import { z } from 'zod';
import { numericOnly } from '../transformer/column-guard';
import { defineSelector } from './define-selector';

const params = z.strictObject({
  /** Columns whose variance is at or below this are dropped; squared units of the column. */
  threshold: z.number().min(0).default(0),
});

function varianceOf(values: Float64Array): { variance: number; range: number } {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return { variance: 0, range: 0 };
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const most = present.reduce((a, b) => Math.max(a, b), -Infinity);
  const least = present.reduce((a, b) => Math.min(a, b), Infinity);
  return { variance: squares / present.length, range: most - least };
}

/**
 * Drops columns that hardly vary; scale-dependent, so use it before a z-score.
 *
 * Shape   n × d to n × kept; missing values are left out of the variance and stay missing
 * Units   population variance; at threshold 0 the range counts if smaller, so rounding saves no constant column
 * Throws  PREPROCESSING_NOTHING_LEFT
 * Source  held to scikit-learn's VarianceThreshold by reference/selection.golden.json
 */
export const varianceThreshold = defineSelector({
  kind: 'variance-threshold',
  params,
  accepts: numericOnly,
  missingValues: 'kept',
  emptyBecause: 'no column varies enough',
  judge: ({ columns }, { threshold }) =>
    columns.map(({ name, values }) => {
      const { variance, range } = varianceOf(values);
      const score = threshold === 0 ? Math.min(variance, range) : variance;
      return { name, score, kept: score > threshold };
    }),
});
