import type { FeatureColumn, FeatureTable } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';

const lengthOf = (column: FeatureColumn): number =>
  column.kind === 'numeric' ? column.values.length : column.codes.length;

// Plain loops: every value of every table passes here twice, and a callback a value costs as much as the scaling.

const LARGEST = Number.MAX_VALUE;

/** The first row whose value is infinite; −1 for none. */
function firstInfinite(values: Float64Array): number {
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (value > LARGEST || value < -LARGEST) return row;
  }
  return -1;
}

/** The first row without a value; −1 for none. */
export function firstMissing(column: FeatureColumn): number {
  if (column.kind === 'category') return column.codes.findIndex((code) => code < 0);
  const { values } = column;
  for (let row = 0; row < values.length; row += 1) if (Number.isNaN(values[row] as number)) return row;
  return -1;
}

/**
 * Holds the columns of one transformer against what every transformer demands.
 *
 * Cost    one pass, two where missing values are refused
 * Throws  PREPROCESSING_LENGTHS_DIFFER, _NOT_FINITE, _MISSING_VALUE, each with column and first row
 */
export function checkColumns(
  columns: readonly FeatureColumn[],
  { rows, transformer, missing }: { readonly rows: number; readonly transformer: string; readonly missing: string },
): void {
  for (const column of columns) {
    if (lengthOf(column) !== rows) {
      throw preprocessingErrors.PREPROCESSING_LENGTHS_DIFFER({ column: column.name, values: lengthOf(column), rows });
    }
    if (column.kind === 'numeric') {
      const row = firstInfinite(column.values);
      if (row >= 0) throw preprocessingErrors.PREPROCESSING_NOT_FINITE({ column: column.name, row });
    }
    const row = missing === 'refused' ? firstMissing(column) : -1;
    if (row >= 0) throw preprocessingErrors.PREPROCESSING_MISSING_VALUE({ column: column.name, row, transformer });
  }
}

/** Refuses two columns of one name. Throws PREPROCESSING_COLUMN_REPEATED. */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw preprocessingErrors.PREPROCESSING_COLUMN_REPEATED({ column: name });
    seen.add(name);
  }
}

/** The columns of these names, in their order. Throws PREPROCESSING_COLUMN_MISSING. */
export function namedColumns({ columns }: FeatureTable, names: readonly string[]): FeatureColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return names.map((name) => {
    const column = byName.get(name);
    if (column === undefined) throw preprocessingErrors.PREPROCESSING_COLUMN_MISSING({ column: name });
    return column;
  });
}
