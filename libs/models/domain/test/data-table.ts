import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { CsvTable } from '../src/propensity/propensity-table';

const root = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../shared/data');

/** Whether the public data sets lie beside the repository. */
export const hasData = existsSync(root);

/** A data set as the CSV reader of the command line gives it. */
export function dataTable(path: string): CsvTable {
  const text = gunzipSync(readFileSync(join(root, path))).toString('utf8');
  const [header = [], ...rows] = z.array(z.array(z.string())).parse(parse(text));
  return { header, rows, lineOf: (row) => row + 2 };
}
