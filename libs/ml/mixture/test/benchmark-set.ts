import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { Matrix } from '@kohort/ml-core';

const shared = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');
const folder = join(shared, 'clustering-benchmarks');

/** True when the public data sets lie beside the workspace; without them the specs that need them are left out. */
export const hasBenchmarks = existsSync(folder);

/** The independently computed results of every set. */
export function benchmarkResults<T>(): T {
  return JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8'));
}

/** A set's measurements and its true clusters; columns z-scored on demand. */
export function benchmarkSet(name: string, zScored = false): { matrix: Matrix; truth: number[] } {
  const lines: string[][] = parse(gunzipSync(readFileSync(join(folder, `${name}.csv.gz`))));
  const rows = lines.slice(1).map((line) => line.map(Number));
  const cols = (rows[0]?.length ?? 1) - 1;
  const columns = Array.from({ length: cols }, (_, j) => rows.map((row) => row[j] as number));
  const scaled = columns.map((values) => {
    if (!zScored) return values;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return values.map((value) => (value - mean) / spread);
  });
  const data = Float32Array.from(
    { length: rows.length * cols },
    (_, at) => scaled[at % cols]?.[Math.floor(at / cols)] ?? 0,
  );
  return { matrix: { data, rows: rows.length, cols }, truth: rows.map((row) => row[cols] as number) };
}
