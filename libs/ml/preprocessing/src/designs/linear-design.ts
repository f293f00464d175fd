import { z } from 'zod';
import { fitCategoryLevels, ordinalCodes, type LevelLimits } from '../encoders/category-levels';
import { categoriesOf, numericColumn, type DenseMatrix, type FeatureTable } from '../feature-table';
import { fitMedianImputer, imputeMedian } from '../imputers/median-imputer';
import { preprocessingErrors } from '../preprocessing-errors';
import { applyZScore, fitZScore } from '../scalers/z-score';

const numericPart = z.object({
  kind: z.literal('numeric'),
  name: z.string(),
  median: z.number(),
  mean: z.number(),
  scale: z.number().positive(),
});
const categoryPart = z.object({
  kind: z.literal('category'),
  name: z.string(),
  levels: z.array(z.string().nullable()),
});
const linearDesignSchema = z.object({
  version: z.literal(1),
  columns: z.array(z.discriminatedUnion('kind', [numericPart, categoryPart])),
});

/** How a table becomes numbers for a linear model: medians for missing, z-scores, one column per level. */
export type LinearDesign = z.infer<typeof linearDesignSchema>;

/** Where a matrix column comes from. */
export interface DesignOutput {
  /** Index of the source column in the design. */
  readonly source: number;
  readonly name: string;
  /** The level it marks; null for missing; absent for numbers. */
  readonly level?: string | null;
}

/**
 * Learns the transform of each column.
 *
 * Cost    O(n log n) per numeric column, O(n) per category
 */
export function fitLinearDesign(table: FeatureTable, limits: LevelLimits = {}): LinearDesign {
  const columns = table.columns.map((column): LinearDesign['columns'][number] => {
    if (column.kind === 'category') {
      return { kind: 'category', name: column.name, levels: [...fitCategoryLevels(column, limits).levels] };
    }
    const { median } = fitMedianImputer(column.values);
    const { mean, scale } = fitZScore(imputeMedian({ median }, column.values));
    return { kind: 'numeric', name: column.name, median, mean, scale };
  });
  return { version: 1, columns };
}

/** The matrix columns a design makes, in order. */
export function linearOutputs(design: LinearDesign): DesignOutput[] {
  return design.columns.flatMap((column, source): DesignOutput[] =>
    column.kind === 'numeric'
      ? [{ source, name: column.name }]
      : column.levels.map((level) => ({ source, name: column.name, level })),
  );
}

/**
 * Turns a table into the matrix of a fitted design. Columns are found by name; others are ignored.
 *
 * Shape   n × linearOutputs(design).length, row-major
 * Throws  PREPROCESSING_COLUMN_MISSING, PREPROCESSING_COLUMN_KIND
 */
export function applyLinearDesign(design: LinearDesign, table: FeatureTable): DenseMatrix {
  const cols = linearOutputs(design).length;
  const data = new Float64Array(table.rows * cols);
  let offset = 0;
  for (const column of design.columns) {
    if (column.kind === 'numeric') {
      const scored = applyZScore(column, imputeMedian(column, numericColumn(table, column.name).values));
      for (let row = 0; row < table.rows; row += 1) data[row * cols + offset] = scored[row] as number;
      offset += 1;
    } else {
      const codes = ordinalCodes(column, categoriesOf(table, column.name));
      for (let row = 0; row < table.rows; row += 1) {
        const code = codes[row] as number;
        if (code >= 0) data[row * cols + offset + code] = 1;
      }
      offset += column.levels.length;
    }
  }
  return { rows: table.rows, cols, data };
}

/** Reads a stored design. Throws PREPROCESSING_STATE_INVALID. */
export function parseLinearDesign(stored: unknown): LinearDesign {
  const parsed = linearDesignSchema.safeParse(stored);
  if (!parsed.success) throw preprocessingErrors.PREPROCESSING_STATE_INVALID({ reason: z.prettifyError(parsed.error) });
  return parsed.data;
}
