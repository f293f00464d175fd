import { readCells } from '@kohort/ml-conformance';
import { categoryColumn, featureTable, type FeatureTable } from '../src/feature-table';

/** The named columns of a data set, a blank number missing; others are left out. */
export function dataSet(path: string, numbers: readonly string[], categories: readonly string[]): FeatureTable {
  const [header = [], ...rows] = readCells(path);
  const cells = (name: string): string[] => rows.map((row) => row[header.indexOf(name)] ?? '');
  return featureTable(rows.length, [
    ...numbers.map((name) => ({
      kind: 'numeric' as const,
      name,
      values: Float64Array.from(cells(name), (cell) => (cell.trim() === '' ? NaN : Number(cell))),
    })),
    ...categories.map((name) => categoryColumn(name, cells(name))),
  ]);
}
