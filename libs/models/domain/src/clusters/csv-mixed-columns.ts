import { addCategories, type WithCategories } from './csv-categories';
import type { CategoryWords } from './category-words';
import { clusterErrors } from './cluster-errors';
import { csvColumnAt, readCsvFeatures, type BlankCells, type ClusterCsvTable } from './csv-features';

/** Columns of a table by what they hold. */
export interface MixedColumns extends BlankCells {
  readonly features: readonly string[];
  readonly categories: readonly string[];
}

/**
 * Columns of numbers, and behind them columns of words as codes.
 *
 * Shape   returns rows × (features + categories)
 * Throws  CLUSTERS_COLUMN_REPEATED for a column that is named twice, of whichever kind; else as readCsvFeatures and
 *         addCategories
 */
export function readMixedColumns(
  table: ClusterCsvTable,
  { features, categories, blank }: MixedColumns,
): WithCategories {
  const repeated = (column: string, where: string) => clusterErrors.CLUSTERS_COLUMN_REPEATED({ column, where });
  const both = categories.find((name) => features.includes(name));
  if (both !== undefined) throw repeated(both, 'is named as a feature and as a category');
  const twice = categories.find((name, i) => categories.indexOf(name) !== i);
  if (twice !== undefined) throw repeated(twice, 'is named twice in the categories');
  return addCategories(table, readCsvFeatures(table, features, { blank }), categories);
}

/**
 * The columns of a stored model, words by the places in its own lists; a word that it never saw has the place behind the last.
 *
 * Shape   returns rows × the model's features in their order
 * Throws  as readCsvFeatures
 */
export function readModelColumns(
  table: ClusterCsvTable,
  {
    featureNames,
    categories,
  }: { readonly featureNames: readonly string[]; readonly categories: readonly CategoryWords[] },
): WithCategories {
  const named = new Map(categories.map((category) => [category.feature, category]));
  const numbers = featureNames.filter((name) => !named.has(name));
  const read = numbers.length > 0 ? readCsvFeatures(table, numbers) : { data: new Float64Array(0), cols: 0 };
  const cols = featureNames.length;
  const data = new Float64Array(table.rows.length * cols);
  featureNames.forEach((name, j) => {
    const category = named.get(name);
    const at = category ? csvColumnAt(table, name, 'category') : numbers.indexOf(name);
    const codes = new Map(category?.words.map((word, code) => [word, code]));
    table.rows.forEach((row, i) => {
      data[i * cols + j] = category
        ? (codes.get((row[at] ?? '').trim()) ?? category.words.length)
        : (read.data[i * read.cols + at] as number);
    });
  });
  return { matrix: { data, rows: table.rows.length, cols }, categories };
}
