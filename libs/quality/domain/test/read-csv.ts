import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { TableProfiler, type ProfileOptions } from '../src/profile/table-profiler';

/** The cells of a CSV file of the data sets, header first. */
export function readCsv(path: string): string[][] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  if (text.includes('"')) return parse(text) as unknown as string[][];
  const lines = text.split(/\r?\n/);
  return (lines.at(-1) === '' ? lines.slice(0, -1) : lines).map((line) => line.split(','));
}

/** A profiler that has seen a table; the header is line 1. */
export function profilerOf(
  table: readonly (readonly string[])[],
  options: Omit<ProfileOptions, 'header'> = {},
  firstLine = 2,
): TableProfiler {
  const [header = [], ...rows] = table;
  const profiler = new TableProfiler({ ...options, header });
  rows.forEach((cells, i) => profiler.add(cells, firstLine + i));
  return profiler;
}

/** One column under a name, as a table. */
export const columnOf = (name: string, values: readonly string[]): string[][] => [[name], ...values.map((v) => [v])];
