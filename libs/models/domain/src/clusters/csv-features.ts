import type { WideMatrix } from '@kohort/ml-core';
import { clusterErrors } from './cluster-errors';

/** A parsed CSV file. */
export interface ClusterCsvTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of the file, from 1, on which a row (from 0) begins. */
  readonly lineOf: (row: number) => number;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Refuses a table without rows, or with rows of another width than its header. Throws CLUSTERS_TABLE_EMPTY, _ROW_WIDTH */
export function checkCsvShape({ header, rows, lineOf }: ClusterCsvTable): void {
  if (rows.length === 0) throw clusterErrors.CLUSTERS_TABLE_EMPTY();
  rows.forEach((row, i) => {
    if (row.length === header.length) return;
    throw clusterErrors.CLUSTERS_ROW_WIDTH({ line: lineOf(i), found: row.length, expected: header.length });
  });
}

/** Index of a column that must be in the header exactly once. Throws CLUSTERS_COLUMN_MISSING, _COLUMN_REPEATED */
export function csvColumnAt({ header }: ClusterCsvTable, column: string, role: string): number {
  const at = header.indexOf(column);
  if (at < 0) throw clusterErrors.CLUSTERS_COLUMN_MISSING({ line: 1, column, role });
  if (header.lastIndexOf(column) !== at) {
    throw clusterErrors.CLUSTERS_COLUMN_REPEATED({ line: 1, column, where: 'stands twice in the header (line 1)' });
  }
  return at;
}

/** Ids of the rows, none empty or twice; row numbers from 1 without a column. Throws CLUSTERS_ID_EMPTY, _ID_REPEATED */
export function readCsvIds(table: ClusterCsvTable, column: string | undefined): string[] {
  if (column === undefined) return table.rows.map((_, i) => String(i + 1));
  const at = csvColumnAt(table, column, 'id');
  const firstRow = new Map<string, number>();
  return table.rows.map((row, i) => {
    const id = row[at] ?? '';
    const line = table.lineOf(i);
    if (id.trim() === '') throw clusterErrors.CLUSTERS_ID_EMPTY({ line, column });
    const earlier = firstRow.get(id);
    if (earlier !== undefined) {
      throw clusterErrors.CLUSTERS_ID_REPEATED({ line, column, firstLine: table.lineOf(earlier) });
    }
    firstRow.set(id, i);
    return id;
  });
}

/** A cell's number; undefined for anything else. */
export function numberIn(cell: string): number | undefined {
  const text = cell.trim();
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** What an empty cell of numbers is; refused when left out. */
export interface BlankCells {
  readonly blank?: 'refuse' | 'missing';
}

/**
 * Numeric columns of a table, row after row.
 *
 * Shape   returns rows × features; an empty cell is NaN where `blank` says so
 * Throws  CLUSTERS_NOT_A_NUMBER with line and column (the cell itself is not told: it may be a person's),
 *         CLUSTERS_COLUMN_MISSING, _COLUMN_REPEATED, _BAD_PARAMETER
 */
export function readCsvFeatures(
  table: ClusterCsvTable,
  features: readonly string[],
  { blank = 'refuse' }: BlankCells = {},
): WideMatrix {
  if (features.length === 0) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'features', must: 'at least one column' });
  }
  const twice = features.find((name, i) => features.indexOf(name) !== i);
  if (twice !== undefined) {
    throw clusterErrors.CLUSTERS_COLUMN_REPEATED({ column: twice, where: 'is named twice in the features' });
  }
  const places = features.map((name) => csvColumnAt(table, name, 'feature'));
  const cols = places.length;
  const data = new Float64Array(table.rows.length * cols);
  table.rows.forEach((row, i) => {
    places.forEach((place, j) => {
      const cell = row[place] ?? '';
      const value = blank === 'missing' && cell.trim() === '' ? NaN : numberIn(cell);
      if (value === undefined) {
        const found = cell.trim() === '' ? 'nothing' : `text of ${cell.trim().length} characters`;
        throw clusterErrors.CLUSTERS_NOT_A_NUMBER({ line: table.lineOf(i), column: features[j] ?? '', found });
      }
      data[i * cols + j] = value;
    });
  });
  return { data, rows: table.rows.length, cols };
}
