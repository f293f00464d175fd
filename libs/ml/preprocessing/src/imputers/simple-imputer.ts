import { z } from 'zod';
import { categoryColumn, type CategoryColumn, type FeatureColumn, type NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { anyColumn } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';
import { sortedPresent } from '../transformer/quantile';
import { fitMedianImputer } from './median-imputer';

const KIND = 'simple-imputer';

const params = z
  .strictObject({
    /** `mean` and `median` take numbers only; `mode` and `constant` take categories too. */
    strategy: z.enum(['mean', 'median', 'mode', 'constant']).default('median'),
    /** What `constant` puts in: a number for numbers, text for categories. */
    value: z.union([z.number(), z.string()]).optional(),
    /** What a numeric column without any value gets: nothing (it is refused), or zeros. */
    emptyColumns: z.enum(['refuse', 'zero']).default('refuse'),
  })
  .refine(({ strategy, value }) => (strategy === 'constant') === (value !== undefined), {
    path: ['value'],
    message: 'goes with strategy constant, and with it alone',
  });

type Params = z.output<typeof params>;

const state = z.object({ columns: z.array(z.object({ name: z.string(), fill: z.union([z.number(), z.string()]) })) });

/** The most frequent value; the least of those equally frequent. */
function modeOf(sorted: Float64Array): number {
  let best = NaN;
  let most = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1;
    if (end - start > most) [best, most] = [sorted[start] as number, end - start];
    start = end;
  }
  return best;
}

function wrongValue(problem: string) {
  return preprocessingErrors.PREPROCESSING_PARAM({ transformer: KIND, parameter: 'value', problem });
}

function numberFill({ name, values }: NumericColumn, { strategy, value, emptyColumns }: Params): number {
  if (strategy === 'constant') {
    if (typeof value !== 'number') throw wrongValue(`must be a number for column "${name}"`);
    return value;
  }
  const sorted = sortedPresent(values);
  if (sorted.length === 0) {
    if (emptyColumns === 'zero') return 0;
    throw preprocessingErrors.PREPROCESSING_COLUMN_EMPTY({ column: name, transformer: KIND });
  }
  if (strategy === 'median') return fitMedianImputer(values).median;
  if (strategy === 'mode') return modeOf(sorted);
  return values.reduce((sum, one) => (Number.isNaN(one) ? sum : sum + one), 0) / sorted.length;
}

function levelFill({ name, kind, levels, codes }: CategoryColumn, { strategy, value }: Params): string {
  if (strategy === 'constant') {
    if (typeof value !== 'string') throw wrongValue(`must be text for column "${name}"`);
    return value;
  }
  if (strategy !== 'mode') {
    throw preprocessingErrors.PREPROCESSING_COLUMN_KIND({
      column: name,
      found: kind,
      wanted: `numeric for ${strategy}`,
    });
  }
  const counts = new Map<string, number>();
  for (const code of codes) {
    const level = levels[code];
    if (level !== undefined) counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (best === undefined) throw preprocessingErrors.PREPROCESSING_COLUMN_EMPTY({ column: name, transformer: KIND });
  return best[0];
}

function filled(column: FeatureColumn, fill: number | string): FeatureColumn {
  const { name, kind: found } = column;
  if (column.kind === 'numeric' && typeof fill === 'number') {
    return { ...column, values: column.values.map((value) => (Number.isNaN(value) ? fill : value)) };
  }
  if (column.kind === 'category' && typeof fill === 'string') {
    return categoryColumn(
      name,
      Array.from(column.codes, (code) => column.levels[code] ?? fill),
    );
  }
  const wanted = typeof fill === 'number' ? 'numeric' : 'category';
  throw preprocessingErrors.PREPROCESSING_COLUMN_KIND({ column: name, found, wanted });
}

/**
 * Puts one value of a column in place of what is missing: its mean, median, mode, or a constant.
 *
 * Shape   n × d to n × d
 * Ties    mode: the least value, or the first level by code unit order; an even median is the mean of the middle two
 * Cost    O(n log n) per column
 * Throws  PREPROCESSING_COLUMN_EMPTY, _COLUMN_KIND (mean or median of categories), _PARAM (a constant of another kind)
 * Source  held to scikit-learn's SimpleImputer by reference/imputers.golden.json
 */
export const simpleImputer = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: anyColumn,
  missingValues: 'handled',
  fit: ({ columns }, settings) => ({
    state: {
      columns: columns.map((column) => ({
        name: column.name,
        fill: column.kind === 'numeric' ? numberFill(column, settings) : levelFill(column, settings),
      })),
    },
  }),
  invert: (_state, outputs) => outputs,
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.map(({ name }) => ({ name, sources: [name] })),
  transform: ({ columns }, data) => data.columns.map((column, at) => filled(column, columns[at]?.fill ?? NaN)),
});
