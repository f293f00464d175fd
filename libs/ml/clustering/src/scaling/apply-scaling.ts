import { mlErrors, type Matrix, type WideMatrix } from '@kohort/ml-core';
import { featureTable, pipeline, type FeatureTable } from '@kohort/ml-preprocessing';
import { scalingColumns, type FittedScaling, type ScalingColumn } from './scaling-pipeline';

/** Rows scaled at once: the columns between two steps stay small beside the matrix. */
const CHUNK_ROWS = 16_384;

function unfit(row: number, column: string) {
  return mlErrors.ML_NOT_FINITE({ what: 'the table', problem: 'a value that cannot be scaled', row, column });
}

/** Whether a column's steps can take a value. */
function hasPlace(value: number, { log1p, filled }: ScalingColumn): boolean {
  if (Number.isNaN(value)) return filled;
  return Number.isFinite(value) && (!log1p || value > -1);
}

/** Rows from..to as a table. Throws ML_NOT_FINITE with the row of the whole matrix. */
function rowsAsTable(
  { data, cols }: Matrix | WideMatrix,
  columns: readonly ScalingColumn[],
  [from, to]: readonly [number, number],
): FeatureTable {
  const made = columns.map((column, j) => {
    const values = new Float64Array(to - from);
    for (let i = 0; i < values.length; i += 1) {
      const value = data[(from + i) * cols + j] as number;
      if (column.kept && !hasPlace(value, column)) throw unfit(from + i, column.name);
      // A column that is left out may hold anything.
      values[i] = column.kept ? value : NaN;
    }
    return { kind: 'numeric' as const, name: column.name, values };
  });
  return featureTable(to - from, made);
}

/**
 * Brings rows to the space where distances are taken; columns left out are gone.
 *
 * Shape   matrix: n×d of the columns the scaling was fitted on; returns n × kept columns in float32
 * Throws  ML_SHAPE; ML_NOT_FINITE for a value that has no place there (missing, or −1 and below under a logarithm)
 */
export function applyScaling(scaling: FittedScaling, matrix: Matrix | WideMatrix): Matrix {
  const columns = scalingColumns(scaling);
  const { rows } = matrix;
  if (matrix.cols !== columns.length) {
    throw mlErrors.ML_SHAPE({ what: 'columns', expected: `${columns.length}`, got: `${matrix.cols}` });
  }
  const cols = columns.filter(({ kept }) => kept).length;
  const out = new Float32Array(rows * cols);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const to = Math.min(rows, from + CHUNK_ROWS);
    const scaled = pipeline.transform(scaling.pipeline, rowsAsTable(matrix, columns, [from, to]));
    scaled.columns.forEach((column, j) => {
      if (column.kind !== 'numeric') return;
      column.values.forEach((value, i) => {
        if (!Number.isFinite(value)) throw unfit(from + i, column.name);
        out[(from + i) * cols + j] = value;
      });
    });
  }
  return { data: out, rows, cols };
}

/**
 * Centroids in the columns' own units, by name; columns left out are missing.
 *
 * Shape   centroids: k × kept columns, row-major
 */
export function unscaleCentroids(scaling: FittedScaling, centroids: ArrayLike<number>): Record<string, number>[] {
  const names = pipeline.outputs(scaling.pipeline).map(({ name }) => name);
  const rows = centroids.length / names.length;
  const columns = names.map((name, j) => {
    const values = Float64Array.from({ length: rows }, (_, c) => centroids[c * names.length + j] as number);
    return { kind: 'numeric' as const, name, values };
  });
  const scaled: FeatureTable = { rows, columns };
  const own = pipeline.invert?.(scaling.pipeline, scaled) ?? scaled;
  const values = new Map(own.columns.map((column) => [column.name, column]));
  return Array.from({ length: rows }, (_, c) =>
    Object.fromEntries(
      names.map((name) => {
        const column = values.get(name);
        return [name, column?.kind === 'numeric' ? (column.values[c] as number) : NaN];
      }),
    ),
  );
}
