import type { Matrix } from '../matrix';

/** Squared distance of two rows, column by column in double precision, as the kernels sum it. */
export function squaredGapTwin(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0;
  for (let v = 0; v < a.cols; v += 1) {
    const difference = (a.data[i * a.cols + v] as number) - (b.data[j * b.cols + v] as number);
    sum += difference * difference;
  }
  return sum;
}

/** All rows of `points` by rising distance to one query, the lower row first of equals: the oracle of the kernels. */
export function neighboursTwin(points: Matrix, queries: Matrix, query: number): { row: number; squared: number }[] {
  return Array.from({ length: points.rows }, (_, row) => ({
    row,
    squared: squaredGapTwin(points, row, queries, query),
  })).sort((a, b) => a.squared - b.squared || a.row - b.row);
}
