import { preprocessingErrors } from './preprocessing-errors';

/** A column of numbers; NaN means missing. */
export interface NumericColumn {
  readonly kind: 'numeric';
  readonly name: string;
  readonly values: Float64Array;
}

/** A column of categories as codes into `levels`; -1 means missing. */
export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  readonly levels: readonly string[];
  readonly codes: Int32Array;
}

export type FeatureColumn = NumericColumn | CategoryColumn;

/** Columns of equal length: what a model is fitted on before it is turned into numbers. */
export interface FeatureTable {
  readonly rows: number;
  readonly columns: readonly FeatureColumn[];
}

/** Row-major numbers in double precision; the same shape as the clustering library's wide matrix. */
export interface DenseMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** Codes for text cells, levels in order of first appearance; null means missing. */
export function categoryColumn(name: string, cells: readonly (string | null)[]): CategoryColumn {
  const seen = new Map<string, number>();
  const codes = new Int32Array(cells.length);
  cells.forEach((cell, i) => {
    if (cell === null) {
      codes[i] = -1;
      return;
    }
    let code = seen.get(cell);
    if (code === undefined) {
      code = seen.size;
      seen.set(cell, code);
    }
    codes[i] = code;
  });
  return { kind: 'category', name, levels: [...seen.keys()], codes };
}

/**
 * Builds a table and checks that all columns are equally long and that no number is infinite.
 *
 * Throws  PREPROCESSING_LENGTHS_DIFFER, PREPROCESSING_NOT_FINITE
 */
export function featureTable(rows: number, columns: readonly FeatureColumn[]): FeatureTable {
  for (const column of columns) {
    const length = column.kind === 'numeric' ? column.values.length : column.codes.length;
    if (length !== rows) {
      throw preprocessingErrors.PREPROCESSING_LENGTHS_DIFFER({ column: column.name, values: length, rows });
    }
    if (column.kind === 'numeric') {
      const row = column.values.findIndex((value) => value === Infinity || value === -Infinity);
      if (row >= 0) throw preprocessingErrors.PREPROCESSING_NOT_FINITE({ column: column.name, row });
    }
  }
  return { rows, columns };
}

/** The named rows, in the order given; a new table. */
export function takeRows(table: FeatureTable, indices: ArrayLike<number>): FeatureTable {
  const columns = table.columns.map((column): FeatureColumn => {
    if (column.kind === 'numeric') {
      const values = new Float64Array(indices.length);
      for (let i = 0; i < values.length; i += 1) values[i] = column.values[indices[i] as number] as number;
      return { ...column, values };
    }
    const codes = new Int32Array(indices.length);
    for (let i = 0; i < codes.length; i += 1) codes[i] = column.codes[indices[i] as number] as number;
    return { ...column, codes };
  });
  return { rows: indices.length, columns };
}

/** The column of that name and kind. Throws PREPROCESSING_COLUMN_MISSING, PREPROCESSING_COLUMN_KIND. */
export function numericColumn(table: FeatureTable, name: string): NumericColumn {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw preprocessingErrors.PREPROCESSING_COLUMN_MISSING({ column: name });
  if (column.kind !== 'numeric') {
    throw preprocessingErrors.PREPROCESSING_COLUMN_KIND({ column: name, found: column.kind, wanted: 'numeric' });
  }
  return column;
}

/** As numericColumn, for categories. */
export function categoriesOf(table: FeatureTable, name: string): CategoryColumn {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw preprocessingErrors.PREPROCESSING_COLUMN_MISSING({ column: name });
  if (column.kind !== 'category') {
    throw preprocessingErrors.PREPROCESSING_COLUMN_KIND({ column: name, found: column.kind, wanted: 'category' });
  }
  return column;
}
