import { z } from 'zod';
import { fenceParams, fencesSchema, fitFences } from '../capping/fences';
import { preprocessingErrors } from '../preprocessing-errors';
import { numericOnly } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';

const KIND = 'outlier-flags';

/**
 * Marks values beyond a column's fences: z-score (`method: 'z'`), Tukey's quartile rule (`iqr`) or quantiles.
 *
 * Shape   n × d to n × d of 0 and 1, named "<column> is outlier"; a missing value is none
 * Ties    a value on a fence is inside; in a constant column every other value is out
 * Throws  PREPROCESSING_COLUMN_EMPTY; PREPROCESSING_PARAM
 * Source  held to numpy and scipy.stats.zscore by capping/reference/fences.golden.json
 */
export const outlierFlags = defineTransformer({
  kind: KIND,
  params: fenceParams,
  state: z.object({ columns: z.array(fencesSchema.extend({ name: z.string() })) }),
  accepts: numericOnly,
  missingValues: 'handled',
  fit: ({ columns }, params) => ({
    state: {
      columns: columns.map((column) => {
        if (column.values.every((value) => Number.isNaN(value))) {
          throw preprocessingErrors.PREPROCESSING_COLUMN_EMPTY({ column: column.name, transformer: KIND });
        }
        return { name: column.name, ...fitFences(column, params) };
      }),
    },
  }),
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.map(({ name }) => ({ name: `${name} is outlier`, sources: [name] })),
  transform: ({ columns }, data) =>
    data.columns.map(({ values }, at) => {
      const { name, low, high } = columns[at] as (typeof columns)[number];
      const flags = values.map((value) => (value < low || value > high ? 1 : 0));
      return { kind: 'numeric', name: `${name} is outlier`, values: flags };
    }),
});
