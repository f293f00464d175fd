import { z } from 'zod';
import { preprocessingErrors } from '../preprocessing-errors';
import { categoryOnly } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';
import { byCodeUnit, countLevels } from './kept-levels';

const KIND = 'ordinal-encoder';

const params = z.strictObject({
  /** The order of each column's levels where it means something; code unit order for other columns. */
  order: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  /** A level not seen in fitting: refused, or `unseenValue`. */
  unseen: z.enum(['error', 'value']).default('error'),
  unseenValue: z.number().default(-1),
});

const state = z.object({
  unseen: z.enum(['error', 'value']),
  unseenValue: z.number(),
  columns: z.array(z.object({ name: z.string(), levels: z.array(z.string()) })),
});

/**
 * The index of each row's level: 0 for the first, 1 for the second, …
 *
 * Shape   n × d to n × d numbers, names kept; missing stays missing
 * Ties    levels by code unit order unless `order` says otherwise
 * Throws  PREPROCESSING_UNSEEN_LEVEL for a level that is new, or not in `order`, while `unseen` is `error`
 * Source  held to scikit-learn's OrdinalEncoder by reference/encoders.golden.json
 */
export const ordinalEncoder = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: categoryOnly,
  missingValues: 'kept',
  fit: ({ columns }, { order, unseen, unseenValue }) => ({
    state: {
      unseen,
      unseenValue,
      columns: columns.map((column) => {
        const told = order[column.name];
        const levels =
          told ??
          countLevels(column)
            .counts.map(([level]) => level)
            .sort(byCodeUnit);
        const known = new Set(levels);
        if (known.size !== levels.length) {
          const parameter = `order.${column.name}`;
          throw preprocessingErrors.PREPROCESSING_PARAM({
            transformer: KIND,
            parameter,
            problem: 'names a level twice',
          });
        }
        const row = column.codes.findIndex((code) => code >= 0 && !known.has(column.levels[code] as string));
        if (row >= 0 && unseen === 'error') {
          throw preprocessingErrors.PREPROCESSING_UNSEEN_LEVEL({ column: column.name, row });
        }
        return { name: column.name, levels };
      }),
    },
  }),
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.map(({ name }) => ({ name, sources: [name] })),
  transform: ({ columns, unseen, unseenValue }, data) =>
    data.columns.map((column, at) => {
      const position = new Map(columns[at]?.levels.map((level, i) => [level, i]));
      const codeOf = column.levels.map((level) => position.get(level));
      const values = new Float64Array(column.codes.length);
      for (let row = 0; row < values.length; row += 1) {
        const code = column.codes[row] as number;
        const found = code < 0 ? NaN : codeOf[code];
        if (found === undefined && unseen === 'error') {
          throw preprocessingErrors.PREPROCESSING_UNSEEN_LEVEL({ column: column.name, row });
        }
        values[row] = found ?? unseenValue;
      }
      return { kind: 'numeric', name: column.name, values };
    }),
});
