import { z } from 'zod';
import type { FeatureColumn } from '../feature-table';
import { anyColumn } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';

const params = z.strictObject({
  /** `some-missing`: flags for the columns with a missing value in fitting. */
  columns: z.enum(['some-missing', 'all']).default('some-missing'),
});

const missingIn = (column: FeatureColumn): Float64Array =>
  column.kind === 'numeric'
    ? column.values.map((value) => (Number.isNaN(value) ? 1 : 0))
    : Float64Array.from(column.codes, (code) => (code < 0 ? 1 : 0));

/**
 * A flag of 0 and 1 for each column with missing values: that a value is missing often says something.
 *
 * Shape   n × d to n × flagged columns, named "<column> is missing"; in a pipeline use it with `keep`
 * Ties    a column complete in fitting gets no flag, even if values are missing later (unless `columns` is `all`)
 * Source  held to scikit-learn's MissingIndicator by reference/imputers.golden.json
 */
export const missingIndicator = defineTransformer({
  kind: 'missing-indicator',
  params,
  state: z.object({ columns: z.array(z.string()) }),
  accepts: anyColumn,
  missingValues: 'handled',
  fit: (data, { columns: wanted }) => ({
    state: {
      columns: data.columns
        .filter((column) => wanted === 'all' || missingIn(column).includes(1))
        .map(({ name }) => name),
    },
  }),
  inputs: ({ columns }) => columns,
  outputs: ({ columns }) => columns.map((name) => ({ name: `${name} is missing`, sources: [name], level: null })),
  transform: (_state, data) =>
    data.columns.map((column) => ({
      kind: 'numeric' as const,
      name: `${column.name} is missing`,
      values: missingIn(column),
    })),
});
