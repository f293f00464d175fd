import { z } from 'zod';
import type { CategoryColumn, NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { categoryOnly } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';
import type { OutputColumn } from '../transformer/transformer';
import { countLevels, partLevels } from './kept-levels';

const KIND = 'one-hot-encoder';

const params = z
  .strictObject({
    /** `first`: the first level gets no column (nothing is lost, and columns are independent). */
    drop: z.enum(['none', 'first', 'if-binary']).default('none'),
    /** A level not seen in fitting: all zeros, refused, or the column of the rare ones. */
    unseen: z.enum(['ignore', 'error', 'rare']).default('ignore'),
    /** A missing value: a level of its own where one was missing in fitting, or all zeros. */
    missing: z.enum(['level', 'zeros']).default('level'),
    /** Keep at most this many levels, the most frequent. */
    maxLevels: z.int().min(1).optional(),
    /** Keep levels with at least this many rows. */
    minCount: z.int().min(1).default(1),
    /** Levels not kept: one column for all of them, or treated like unseen ones. */
    rare: z.enum(['column', 'unseen']).default('column'),
  })
  .refine(({ unseen, rare }) => unseen !== 'rare' || rare === 'column', {
    path: ['unseen'],
    message: 'rare needs a column of the rare ones',
  });

const state = z.object({
  unseen: z.enum(['ignore', 'error', 'rare']),
  columns: z.array(
    z.object({
      name: z.string(),
      /** Levels with a column or dropped, in order. */
      levels: z.array(z.string()),
      /** Levels that share one column; null when there is none. */
      rare: z.array(z.string()).nullable(),
      /** Missing has a column. */
      missing: z.boolean(),
      /** Index of the level without a column; −1 for none. */
      dropped: z.int().min(-1),
    }),
  ),
});

type ColumnState = z.infer<typeof state>['columns'][number];

/** The place of each output within a column's block: levels, then rare, then missing. −1 for no column. */
function placesOf({ levels, rare, missing, dropped }: ColumnState) {
  const level = levels.map((_, i) => (i === dropped ? -1 : dropped >= 0 && i > dropped ? i - 1 : i));
  let width = levels.length - (dropped >= 0 ? 1 : 0);
  const rarePlace = rare === null ? -1 : width++;
  const missingPlace = missing ? width++ : -1;
  return { level, rare: rarePlace, missing: missingPlace, width };
}

function outputsOf(column: ColumnState): OutputColumn[] {
  const { name, levels, rare, missing, dropped } = column;
  const sources = [name];
  return [
    ...levels.flatMap((level, i) => (i === dropped ? [] : [{ name: `${name}=${level}`, sources, level }])),
    ...(rare === null ? [] : [{ name: `${name} is rare`, sources }]),
    ...(missing ? [{ name: `${name} is missing`, sources, level: null }] : []),
  ];
}

function encode(fitted: ColumnState, column: CategoryColumn, unseen: 'ignore' | 'error' | 'rare'): NumericColumn[] {
  const places = placesOf(fitted);
  const known = new Map<string, number>();
  fitted.levels.forEach((level, i) => known.set(level, places.level[i] as number));
  for (const level of fitted.rare ?? []) known.set(level, places.rare);
  const placeOf = column.levels.map((level) => known.get(level));
  const blocks = Array.from({ length: places.width }, () => new Float64Array(column.codes.length));
  for (let row = 0; row < column.codes.length; row += 1) {
    const code = column.codes[row] as number;
    let place = code < 0 ? places.missing : placeOf[code];
    if (place === undefined && unseen === 'error') {
      throw preprocessingErrors.PREPROCESSING_UNSEEN_LEVEL({ column: column.name, row });
    }
    place ??= unseen === 'rare' ? places.rare : -1;
    const block = blocks[place];
    if (block !== undefined) block[row] = 1;
  }
  return outputsOf(fitted).map(({ name }, i) => ({ kind: 'numeric', name, values: blocks[i] as Float64Array }));
}

/**
 * A column of 0 and 1 for each level of a category.
 *
 * Shape   n × d to n × outputs, named "<column>=<level>", "<column> is rare", "<column> is missing"
 * Ties    levels by code unit order; at maxLevels, of equally frequent ones the first by code unit order are kept
 * Cost    O(n) per column, plus its outputs
 * Throws  PREPROCESSING_UNSEEN_LEVEL with `unseen: 'error'`
 * Source  held to scikit-learn's OneHotEncoder by reference/encoders.golden.json
 */
export const oneHotEncoder = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: categoryOnly,
  missingValues: 'handled',
  fit: ({ columns }, { drop, unseen, missing, maxLevels, minCount, rare }) => ({
    state: {
      unseen,
      columns: columns.map((column): ColumnState => {
        const found = countLevels(column);
        const parted = partLevels(found.counts, { maxLevels, minCount });
        const rareColumn = rare === 'column' && parted.rare.length > 0 ? parted.rare : null;
        const ownMissing = missing === 'level' && found.missing > 0;
        const width = parted.kept.length + (rareColumn === null ? 0 : 1) + (ownMissing ? 1 : 0);
        const drops = parted.kept.length > 0 && (drop === 'first' || (drop === 'if-binary' && width === 2));
        const dropped = drops ? 0 : -1;
        return { name: column.name, levels: parted.kept, rare: rareColumn, missing: ownMissing, dropped };
      }),
    },
  }),
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.flatMap(outputsOf),
  transform: ({ columns, unseen }, data) =>
    data.columns.flatMap((column, at) => encode(columns[at] as ColumnState, column, unseen)),
});
