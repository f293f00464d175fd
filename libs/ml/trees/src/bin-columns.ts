import type { Matrix, WideMatrix } from '@kohort/ml-core';

/** One column as places in its order. */
export interface BinnedColumn {
  /** Bin of each row; `count` stands for a missing value. */
  readonly bins: Uint16Array;
  readonly count: number;
  /** Least and greatest value in each bin. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Rows of a larger table that quantiles are taken from: a quantile of 256 is known to a tenth of its width. */
const QUANTILE_ROWS = 100_000;

/** Present values, rising; of a large table every so many-th row. */
function sortedValues({ data, rows, cols }: Matrix | WideMatrix, column: number, most: number): Float64Array {
  const step = Math.max(1, Math.floor(rows / most));
  const values = new Float64Array(Math.ceil(rows / step));
  let present = 0;
  for (let i = 0; i < rows; i += step) {
    const value = data[i * cols + column] as number;
    if (!Number.isNaN(value)) {
      values[present] = value;
      present += 1;
    }
  }
  return values.subarray(0, present).sort();
}

/** Upper ends of at most `most` bins: every value its own where there are few, else about equally many rows a bin. */
function binEnds(sorted: Float64Array, most: number): number[] {
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length && distinct.length <= most; i += 1) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct.push(sorted[i] as number);
  }
  if (distinct.length <= most) return distinct;
  const ends: number[] = [];
  for (let bin = 1; bin <= most; bin += 1) {
    const end = sorted[Math.ceil((bin * sorted.length) / most) - 1] as number;
    if (ends.length === 0 || end > (ends[ends.length - 1] as number)) ends.push(end);
  }
  return ends;
}

/** First bin whose upper end is not below the value; the last bin for values above all. */
function binOf(ends: Float64Array, value: number): number {
  let [from, to] = [0, ends.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ends[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Cuts a column into at most `most` bins in rising order of its values.
 *
 * Shape   matrix: n×d, finite or NaN
 * Cost    O(n · log n)
 */
export function binColumn(
  matrix: Matrix | WideMatrix,
  column: number,
  { most, exact }: { readonly most: number; readonly exact: boolean },
): BinnedColumn {
  const { data, rows, cols } = matrix;
  const sorted = sortedValues(matrix, column, exact ? rows : QUANTILE_ROWS);
  const ends = Float64Array.from(binEnds(sorted, exact ? rows : most));
  const count = ends.length;
  const bins = new Uint16Array(rows);
  const low = new Float64Array(count).fill(Infinity);
  const high = new Float64Array(count).fill(-Infinity);
  for (let i = 0; i < rows; i += 1) {
    const value = data[i * cols + column] as number;
    if (Number.isNaN(value)) {
      bins[i] = count;
      continue;
    }
    const bin = binOf(ends, value);
    bins[i] = bin;
    if (value < (low[bin] as number)) low[bin] = value;
    if (value > (high[bin] as number)) high[bin] = value;
  }
  return { bins, count, low, high };
}
