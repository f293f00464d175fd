import type { Matrix, WideMatrix } from '@kohort/ml-core';

/** What is known of one column before it is scaled. Missing values are left out of every figure. */
export interface ColumnProfile {
  readonly present: number;
  readonly missing: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly spread: number;
  /** Population skewness g1; 0 for a constant column. */
  readonly skewness: number;
}

/**
 * Profiles one column, optionally through a transform.
 *
 * Shape   column: 0-based
 * Cost    two passes
 */
export function profileColumn(
  { data, rows, cols }: Matrix | WideMatrix,
  column: number,
  transform: (value: number) => number = (value) => value,
): ColumnProfile {
  let present = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < rows; i += 1) {
    const raw = data[i * cols + column] as number;
    if (Number.isNaN(raw)) continue;
    const value = transform(raw);
    present += 1;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = present > 0 ? sum / present : 0;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < rows; i += 1) {
    const raw = data[i * cols + column] as number;
    if (Number.isNaN(raw)) continue;
    const difference = transform(raw) - mean;
    squares += difference * difference;
    cubes += difference * difference * difference;
  }
  const spread = min === max || present === 0 ? 0 : Math.sqrt(squares / present);
  const skewness = spread > 0 ? cubes / present / spread ** 3 : 0;
  return { present, missing: rows - present, min, max, mean, spread, skewness };
}

/** One column by itself, a copy in double precision. Shape rows values; column: 0-based. */
export function columnValues({ data, rows, cols }: Matrix | WideMatrix, column: number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) values[i] = data[i * cols + column] as number;
  return values;
}
