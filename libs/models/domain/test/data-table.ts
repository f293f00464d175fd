import { readCells } from '@kohort/ml-conformance';
import type { CsvTable } from '../src/propensity/propensity-table';

/** A data set as the CSV reader of the command line gives it. */
export function dataTable(path: string): CsvTable {
  const [header = [], ...rows] = readCells(path);
  return { header, rows, lineOf: (row) => row + 2 };
}
