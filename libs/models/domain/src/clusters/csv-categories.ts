import type { WideMatrix } from '@kohort/ml-core';
import { MOST_WORDS, type CategoryWords } from './category-words';
import { clusterErrors } from './cluster-errors';
import { csvColumnAt, type ClusterCsvTable } from './csv-features';

/** A matrix with columns of codes, and what they stand for. */
export interface WithCategories {
  readonly matrix: WideMatrix;
  readonly categories: readonly CategoryWords[];
}

/**
 * A matrix with columns of words beside it, each word a code by alphabet; an empty cell is a word of its own.
 *
 * Shape   matrix: n×d; answers n × (d + categories)
 * Throws  CLUSTERS_COLUMN_MISSING, _COLUMN_REPEATED; CLUSTERS_TOO_MANY_WORDS
 */
export function addCategories(table: ClusterCsvTable, matrix: WideMatrix, names: readonly string[]): WithCategories {
  if (names.length === 0) return { matrix, categories: [] };
  const columns = names.map((feature) => {
    const at = csvColumnAt(table, feature, 'category');
    const words = [...new Set(table.rows.map((row) => (row[at] ?? '').trim()))].sort();
    if (words.length > MOST_WORDS) {
      throw clusterErrors.CLUSTERS_TOO_MANY_WORDS({ column: feature, words: words.length, most: MOST_WORDS });
    }
    return { at, feature, words, codes: new Map(words.map((word, code) => [word, code])) };
  });
  const cols = matrix.cols + columns.length;
  const data = new Float64Array(matrix.rows * cols);
  table.rows.forEach((row, i) => {
    data.set(matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols), i * cols);
    columns.forEach(({ at, codes }, j) => (data[i * cols + matrix.cols + j] = codes.get((row[at] ?? '').trim()) ?? 0));
  });
  return {
    matrix: { data, rows: matrix.rows, cols },
    categories: columns.map(({ feature, words }) => ({ feature, words })),
  };
}
