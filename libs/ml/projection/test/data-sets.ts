import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

const folder = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');

/** True when the public data sets lie beside the workspace; without them the specs that need them are left out. */
export const hasDataSets = existsSync(join(folder, 'README.md'));

/** Numeric columns of a gzip-compressed CSV by name, as rows of numbers. */
export function readColumns(file: string, names: readonly string[]): number[][] {
  const [header = [], ...rows]: string[][] = parse(gunzipSync(readFileSync(join(folder, file))));
  const places = names.map((name) => header.indexOf(name));
  return rows.map((row) => places.map((at) => Number(row[at])));
}
