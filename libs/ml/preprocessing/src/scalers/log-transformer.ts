import { z } from 'zod';
import type { NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { defineColumnTransformer } from '../transformer/define-column-transformer';

const KIND = 'log-transformer';

function logs({ name, values }: NumericColumn): Float64Array {
  const row = values.findIndex((value) => value <= -1);
  if (row >= 0) {
    throw preprocessingErrors.PREPROCESSING_DOMAIN({ column: name, row, transformer: KIND, must: 'values above -1' });
  }
  return values.map(Math.log1p);
}

/**
 * log(1 + x) of each column, for counts and amounts of money. It learns nothing.
 *
 * Shape   n × d to n × d; missing stays missing
 * Units   domain: every value above −1; natural logarithm
 * Throws  PREPROCESSING_DOMAIN with column and row, in fitting and in transforming
 * Source  numpy.log1p, by reference/scalers.golden.json
 */
export const logTransformer = defineColumnTransformer({
  kind: KIND,
  params: z.strictObject({}),
  fitted: z.object({}),
  missingValues: 'kept',
  emptyColumns: 'allowed',
  fitColumn: (column) => {
    logs(column);
    return {};
  },
  apply: (_fitted, column) => logs(column),
  undo: (_fitted, values) => values.map(Math.expm1),
});
