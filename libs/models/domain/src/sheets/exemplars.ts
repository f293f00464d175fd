import { seededRandom } from '@kohort/kernel-clock-random';
import { applyScaling, fitScaling } from '@kohort/ml-clustering';
import { drawRows, type Matrix, type WideMatrix } from '@kohort/ml-core';
import { spreadWords, type CategoryWords } from '../clusters/category-words';
import { codeColumns } from '../clusters/cluster-settings';

/** Rows that stand for a cluster. */
export interface Exemplars {
  /** Row numbers: the medoid first, then the next most central. */
  readonly rows: readonly number[];
  /** Rows of the cluster that were compared; fewer than its size where it was sampled. */
  readonly compared: number;
}

export interface ExemplarInput {
  readonly featureNames: readonly string[];
  /** n×d in own units; NaN is missing. */
  readonly matrix: Matrix | WideMatrix;
  readonly categories?: readonly CategoryWords[];
  readonly labels: ArrayLike<number>;
  readonly k: number;
  readonly seed: number;
}

/** Rows of one cluster that are compared pair by pair. */
const MOST_COMPARED = 1_000;

/** Sum of each row's distances to all others. */
function totalDistances({ data, rows, cols }: Matrix): Float64Array {
  const totals = new Float64Array(rows);
  for (let a = 0; a < rows; a += 1) {
    for (let b = a + 1; b < rows; b += 1) {
      let squared = 0;
      for (let j = 0; j < cols; j += 1)
        squared += ((data[a * cols + j] as number) - (data[b * cols + j] as number)) ** 2;
      const distance = Math.sqrt(squared);
      totals[a] = (totals[a] as number) + distance;
      totals[b] = (totals[b] as number) + distance;
    }
  }
  return totals;
}

/**
 * The real rows nearest to all others of their cluster, every column taken by its shape (logarithm of heavy tails,
 * standard deviations, a missing value at the median, a differing word as 1).
 *
 * Shape   returns k entries of up to `most` rows
 * Ties    the earlier row
 * Cost    O(k · 1,000² · d): larger clusters are compared on a seeded sample of 1,000 rows
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS as fitScaling does
 */
export function clusterExemplars(input: ExemplarInput, most: number): Exemplars[] {
  const { featureNames, matrix, categories = [], labels, k, seed } = input;
  const words = categories.map(({ feature }) => feature);
  const { scaling } = fitScaling(matrix, featureNames, { mode: 'auto', missing: 'median', categories: words });
  const codes = codeColumns({ categories }, scaling);
  const members = Array.from({ length: k }, (): number[] => []);
  for (let row = 0; row < matrix.rows; row += 1) members[labels[row] as number]?.push(row);
  return members.map((own, c) => {
    const drawn = drawRows(own.length, MOST_COMPARED, seededRandom(seed).split(`exemplars ${c}`));
    const rows = Array.from(drawn, (at) => own[at] as number);
    const data = Float64Array.from(
      rows.flatMap((row) => [...matrix.data.subarray(row * matrix.cols, (row + 1) * matrix.cols)]),
    );
    const scaled = applyScaling(scaling, { data, rows: rows.length, cols: matrix.cols });
    const totals = totalDistances(codes.length > 0 ? spreadWords(scaled, codes) : scaled);
    const order = rows.map((_, at) => at).sort((a, b) => (totals[a] as number) - (totals[b] as number) || a - b);
    return { rows: order.slice(0, most).map((at) => rows[at] as number), compared: rows.length };
  });
}
