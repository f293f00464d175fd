import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { matrixOf, type Matrix } from '@kohort/ml-core';

const folder = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');

/** True when the public data sets lie beside the workspace; without them the specs that need them are left out. */
export const hasDataSets = existsSync(join(folder, 'README.md'));

/** All cells of a gzip-compressed CSV, header first. */
export function readCells(file: string): string[][] {
  return parse(gunzipSync(readFileSync(join(folder, file))));
}

/**
 * What several specs ask of a large file, worked out by the first of them: with KOHORT_TEST_TEMPLATES, a folder that lives
 * as long as a run of tests, it is kept there under its name and the digest of the file. Without it, each works it out.
 *
 * Shape   make: gives what JSON can hold
 */
export function onceARun<T>(name: string, file: string, make: () => T): T {
  const run = process.env['KOHORT_TEST_TEMPLATES'] ?? '';
  if (!existsSync(run)) return make();
  const content = readFileSync(join(folder, file));
  const kept = join(run, `${name}-${createHash('sha256').update(content).digest('hex')}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const made = make();
  // Two that make it at the same time make the same.
  writeFileSync(`${kept}.${process.pid}`, JSON.stringify(made));
  renameSync(`${kept}.${process.pid}`, kept);
  return made;
}

/** Numeric columns by name, as rows of numbers. */
export function readColumns(file: string, names: readonly string[]): number[][] {
  const [header = [], ...rows] = readCells(file);
  const places = names.map((name) => header.indexOf(name));
  return rows.map((row) => places.map((at) => Number(row[at])));
}

/** A data set's independently computed results. */
export function readReference<T>(dataSet: string): T {
  return JSON.parse(readFileSync(join(folder, dataSet, 'reference.json'), 'utf8'));
}

/** A set of planted clusters: its points, as rows and as a matrix, and the true cluster of each, its last column. */
export function plantedSet(name: string): { points: number[][]; matrix: Matrix; truth: number[] } {
  const rows = readCells(`clustering-benchmarks/${name}.csv.gz`)
    .slice(1)
    .map((row) => row.map(Number));
  const points = rows.map((row) => row.slice(0, -1));
  return { points, matrix: matrixOf(points), truth: rows.map((row) => row.at(-1) ?? 0) };
}

/** Columns centred and divided by their population standard deviation. */
export function zScored(rows: readonly (readonly number[])[]): number[][] {
  const cols = rows[0]?.length ?? 0;
  const means = Array.from({ length: cols }, (_, j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length);
  const spreads = means.map((mean, j) =>
    Math.sqrt(rows.reduce((sum, row) => sum + ((row[j] ?? 0) - mean) ** 2, 0) / rows.length),
  );
  return rows.map((row) => row.map((value, j) => (value - (means[j] ?? 0)) / (spreads[j] ?? 1)));
}
