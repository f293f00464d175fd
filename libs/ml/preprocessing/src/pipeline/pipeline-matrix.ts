import { isAppError } from '@kohort/kernel-errors';
import { numericColumn, type DenseMatrix, type FeatureColumn, type FeatureTable } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { pipeline } from './pipeline';
import type { FittedPipeline } from './pipeline.state';

/** Rows transformed at once: what steps hold between them stays small. */
const CHUNK_ROWS = 65_536;

function slice(column: FeatureColumn, start: number, end: number): FeatureColumn {
  return column.kind === 'numeric'
    ? { ...column, values: column.values.subarray(start, end) }
    : { ...column, codes: column.codes.subarray(start, end) };
}

/** Transforms a block of rows; an error names the row of the whole table. */
function transformBlock(fitted: FittedPipeline, block: FeatureTable, start: number): FeatureTable {
  try {
    return pipeline.transform(fitted, block);
  } catch (thrown) {
    const row = isAppError(thrown) ? thrown.details['row'] : undefined;
    if (!isAppError(thrown) || typeof row !== 'number') throw thrown;
    const known = Object.entries(preprocessingErrors).find(([code]) => code === thrown.code);
    throw known?.[1]({ ...thrown.details, row: start + row }, { cause: thrown }) ?? thrown;
  }
}

/**
 * What a fitted pipeline makes of a table, as the numbers of a model, a block of rows at a time.
 *
 * Shape   n × outputs, row-major
 * Cost    of its steps; beside the matrix only the columns of 65,536 rows are in memory
 * Throws  what its steps throw; PREPROCESSING_COLUMN_KIND where an output is not numeric
 */
export function pipelineMatrix(fitted: FittedPipeline, table: FeatureTable): DenseMatrix {
  const { rows } = table;
  const cols = pipeline.outputs(fitted).length;
  const data = new Float64Array(rows * cols);
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    const end = Math.min(rows, start + CHUNK_ROWS);
    const block = { rows: end - start, columns: table.columns.map((column) => slice(column, start, end)) };
    const made = transformBlock(fitted, block, start);
    made.columns.forEach(({ name }, j) => {
      const { values } = numericColumn(made, name);
      for (let i = 0; i < values.length; i += 1) data[(start + i) * cols + j] = values[i] as number;
    });
  }
  return { rows, cols, data };
}
