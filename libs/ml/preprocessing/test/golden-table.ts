import type { FeatureTable } from '../src/feature-table';
import { featureTable } from '../src/feature-table';

/** A table c0, c1, … of golden columns; null stands for NaN. */
export function goldenTable(columns: readonly (readonly (number | null)[])[]): FeatureTable {
  return featureTable(
    columns[0]?.length ?? 0,
    columns.map((cells, j) => ({
      kind: 'numeric' as const,
      name: `c${j}`,
      values: Float64Array.from(cells, (cell) => cell ?? NaN),
    })),
  );
}

/** The numbers of a table, column by column, NaN as null. */
export function tableCells(table: FeatureTable): (number | null)[][] {
  return table.columns.map((column) =>
    column.kind === 'numeric'
      ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
      : Array.from(column.codes, (code) => (code < 0 ? null : code)),
  );
}

/** Demands that every cell is there or missing alike, and apart by at most `tolerance`, relative above 1. */
export function expectCells(
  got: readonly (readonly (number | null)[])[],
  wanted: readonly (readonly (number | null)[])[],
  tolerance: number,
): void {
  expect(got.map((cells) => cells.length)).toEqual(wanted.map((cells) => cells.length));
  const worst = { error: 0, column: -1, row: -1 };
  got.forEach((cells, column) =>
    cells.forEach((cell, row) => {
      const other = wanted[column]?.[row] ?? null;
      const error =
        cell === null || other === null
          ? cell === other
            ? 0
            : Infinity
          : Math.abs(cell - other) / Math.max(1, Math.abs(other));
      if (error > worst.error) Object.assign(worst, { error, column, row });
    }),
  );
  expect(worst.error <= tolerance ? 'within tolerance' : worst).toBe('within tolerance');
}
