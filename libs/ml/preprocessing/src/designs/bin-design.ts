import { z } from 'zod';
import { fitCategoryLevels, ordinalCodes, type LevelLimits } from '../encoders/category-levels';
import { categoriesOf, numericColumn, type FeatureTable } from '../feature-table';
import type { DesignOutput } from './linear-design';
import { preprocessingErrors } from '../preprocessing-errors';
import { binOf, fitQuantileBins, MAX_BINS, MISSING_BIN } from './quantile-bins';

const numericPart = z.object({
  kind: z.literal('numeric'),
  name: z.string(),
  edges: z.array(z.number()).max(MAX_BINS - 1),
});
const categoryPart = z.object({
  kind: z.literal('category'),
  name: z.string(),
  levels: z.array(z.string().nullable()),
});
const binDesignSchema = z.object({
  version: z.literal(1),
  columns: z.array(z.discriminatedUnion('kind', [numericPart, categoryPart])),
});

/**
 * How a table becomes bins for a tree model. A number becomes the index of its quantile bin. Each level of a category
 * becomes a column that is 0 where the row has the level and missing where it has not: trees send the missing ones
 * together to one side, and an engine that skips missing cells pays only for the one level a row has.
 */
export type BinDesign = z.infer<typeof binDesignSchema>;

/** Row-major bin indices 0..254; -1 is missing. */
export interface BinMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly bins: Int16Array;
}

/** The bin that says "this row has this level". */
const HAS_LEVEL = 0;

/** Learns edges and levels of each column. Cost O(n log n) per numeric column. */
export function fitBinDesign(table: FeatureTable, limits: LevelLimits = {}): BinDesign {
  const columns = table.columns.map((column): BinDesign['columns'][number] =>
    column.kind === 'category'
      ? { kind: 'category', name: column.name, levels: [...fitCategoryLevels(column, limits).levels] }
      : { kind: 'numeric', name: column.name, edges: [...fitQuantileBins(column.values).edges] },
  );
  return { version: 1, columns };
}

/** The bin columns a design makes, in order. */
export function binOutputs(design: BinDesign): DesignOutput[] {
  return design.columns.flatMap((column, source): DesignOutput[] =>
    column.kind === 'numeric'
      ? [{ source, name: column.name }]
      : column.levels.map((level) => ({ source, name: column.name, level })),
  );
}

/**
 * Turns a table into the bins of a fitted design. Columns are found by name; others are ignored.
 *
 * Shape   n × binOutputs(design).length, row-major
 * Throws  PREPROCESSING_COLUMN_MISSING, PREPROCESSING_COLUMN_KIND
 */
export function applyBinDesign(design: BinDesign, table: FeatureTable): BinMatrix {
  const cols = binOutputs(design).length;
  const bins = new Int16Array(table.rows * cols).fill(MISSING_BIN);
  let offset = 0;
  for (const column of design.columns) {
    if (column.kind === 'numeric') {
      const { values } = numericColumn(table, column.name);
      for (let row = 0; row < table.rows; row += 1) bins[row * cols + offset] = binOf(column, values[row] as number);
      offset += 1;
    } else {
      const codes = ordinalCodes(column, categoriesOf(table, column.name));
      for (let row = 0; row < table.rows; row += 1) {
        const code = codes[row] as number;
        if (code >= 0) bins[row * cols + offset + code] = HAS_LEVEL;
      }
      offset += column.levels.length;
    }
  }
  return { rows: table.rows, cols, bins };
}

/** Reads a stored design. Throws PREPROCESSING_STATE_INVALID. */
export function parseBinDesign(stored: unknown): BinDesign {
  const parsed = binDesignSchema.safeParse(stored);
  if (!parsed.success) throw preprocessingErrors.PREPROCESSING_STATE_INVALID({ reason: z.prettifyError(parsed.error) });
  return parsed.data;
}
