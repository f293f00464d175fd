import type { WideMatrix } from '@kohort/ml-core';
import { csvColumnAt, type ClusterCsvTable } from './csv-features';

/**
 * A matrix with columns of words beside it, each word a code by alphabet; an empty cell is a word of its own.
 *
 * Shape   matrix: n×d; answers n × (d + categories)
 * Throws  CLUSTERS_COLUMN_MISSING, _COLUMN_REPEATED
 */
export function addCategories(table: ClusterCsvTable, matrix: WideMatrix, categories: readonly string[]): WideMatrix {
  if (categories.length === 0) return matrix;
  const columns = categories.map((name) => {
    const at = csvColumnAt(table, name, 'category');
    const words = [...new Set(table.rows.map((row) => row[at] ?? ''))].sort();
    return { at, codes: new Map(words.map((word, code) => [word, code])) };
  });
  const cols = matrix.cols + columns.length;
  const data = new Float64Array(matrix.rows * cols);
  table.rows.forEach((row, i) => {
    data.set(matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols), i * cols);
    columns.forEach(({ at, codes }, j) => (data[i * cols + matrix.cols + j] = codes.get(row[at] ?? '') ?? 0));
  });
  return { data, rows: matrix.rows, cols };
}
