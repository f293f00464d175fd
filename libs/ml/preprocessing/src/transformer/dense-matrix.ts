import { numericColumn, type DenseMatrix, type FeatureTable } from '../feature-table';

/**
 * The numbers of a table, row after row: what models are fitted on.
 *
 * Shape   n × columns, in the order of the table
 * Throws  PREPROCESSING_COLUMN_KIND where a column is not numeric: encode it first
 */
export function denseMatrix(table: FeatureTable): DenseMatrix {
  const { rows, columns } = table;
  const cols = columns.length;
  const data = new Float64Array(rows * cols);
  columns.forEach(({ name }, j) => {
    const { values } = numericColumn(table, name);
    for (let i = 0; i < rows; i += 1) data[i * cols + j] = values[i] as number;
  });
  return { rows, cols, data };
}
