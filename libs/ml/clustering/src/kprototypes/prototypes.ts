import type { Matrix } from '@kohort/ml-core';

/** What a table's columns are and weigh. */
export interface MixedColumns {
  /** By column: true for category codes. */
  readonly categories: readonly boolean[];
  /** By column: weight of a squared difference, or of a differing category. */
  readonly weights: readonly number[];
}

/** k × cols means and modes; NaN where a cluster has no value in a column. */
export type Prototypes = Float64Array;

/** Cost of row i at prototype c: a missing value on either side adds nothing. */
export function prototypeCost(
  { categories, weights }: MixedColumns,
  { data, cols }: Matrix,
  i: number,
  [prototypes, c]: [Prototypes, number],
): number {
  let cost = 0;
  for (let j = 0; j < cols; j += 1) {
    const x = data[i * cols + j] as number;
    const p = prototypes[c * cols + j] as number;
    if (x !== x || p !== p) continue;
    const weight = weights[j] as number;
    if (!categories[j]) cost += weight * (x - p) * (x - p);
    else if (x !== p) cost += weight;
  }
  return cost;
}

/** The cheapest prototype of every row, the first of equals. */
export function assignRows(columns: MixedColumns, matrix: Matrix, prototypes: Prototypes, range?: [number, number]) {
  const k = prototypes.length / matrix.cols;
  const [from, to] = range ?? [0, matrix.rows];
  const labels = new Int32Array(to - from);
  const costs = new Float64Array(to - from);
  for (let i = from; i < to; i += 1) {
    let best = Infinity;
    for (let c = 0; c < k; c += 1) {
      const cost = prototypeCost(columns, matrix, i, [prototypes, c]);
      if (cost >= best) continue;
      best = cost;
      labels[i - from] = c;
    }
    costs[i - from] = best;
  }
  return { labels, costs };
}

/** The most frequent of counted codes, the lowest of equals; NaN for none. */
function modeOf(counts: ReadonlyMap<number, number>): number {
  let [mode, most] = [NaN, 0];
  for (const [code, count] of counts) {
    if (count < most || (count === most && code > mode)) continue;
    [mode, most] = [code, count];
  }
  return mode;
}

/**
 * Means of the number columns and modes of the category columns of each cluster, over the values there are.
 *
 * Ties    the lowest category code
 */
export function updatePrototypes(
  { categories }: MixedColumns,
  { data, rows, cols }: Matrix,
  labels: Int32Array,
  k: number,
): Prototypes {
  const out = new Float64Array(k * cols).fill(NaN);
  for (let j = 0; j < cols; j += 1) {
    const sums = new Float64Array(k);
    const counts = new Float64Array(k);
    const codes = Array.from({ length: k }, () => new Map<number, number>());
    for (let i = 0; i < rows; i += 1) {
      const x = data[i * cols + j] as number;
      if (x !== x) continue;
      const c = labels[i] as number;
      sums[c] = (sums[c] as number) + x;
      counts[c] = (counts[c] as number) + 1;
      if (categories[j]) codes[c]?.set(x, (codes[c]?.get(x) ?? 0) + 1);
    }
    for (let c = 0; c < k; c += 1) {
      const count = counts[c] as number;
      if (count > 0) out[c * cols + j] = categories[j] ? modeOf(codes[c] ?? new Map()) : (sums[c] as number) / count;
    }
  }
  return out;
}

/** Variances of the number columns over the values there are; 0 for category columns and columns without values. */
export function numberVariances({ data, rows, cols }: Matrix, categories: readonly boolean[]): number[] {
  return categories.map((isCategory, j) => {
    if (isCategory) return 0;
    let [count, mean, squares] = [0, 0, 0];
    for (let i = 0; i < rows; i += 1) {
      const x = data[i * cols + j] as number;
      if (x !== x) continue;
      count += 1;
      const gap = x - mean;
      mean += gap / count;
      squares += gap * (x - mean);
    }
    return count > 0 ? squares / count : 0;
  });
}
