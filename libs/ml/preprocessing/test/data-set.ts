import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { categoryColumn, featureTable, type FeatureTable } from '../src/feature-table';

const root = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../shared/data');

/** Whether the public data sets lie beside the repository. */
export const hasData = existsSync(root);

/** The named columns of a data set, a blank number missing; others are left out. */
export function dataSet(path: string, numbers: readonly string[], categories: readonly string[]): FeatureTable {
  const text = gunzipSync(readFileSync(join(root, path))).toString('utf8');
  const [header = [], ...rows] = z.array(z.array(z.string())).parse(parse(text));
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
