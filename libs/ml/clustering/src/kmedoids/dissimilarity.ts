import { mlErrors, type Matrix } from '@kohort/ml-core';

/** How unlike two rows are. */
export type Dissimilarity =
  | { readonly kind: 'euclidean' | 'manhattan' }
  | {
      /**
       * Gower 1971, for mixed columns: numbers differ by |x − y| / range, categories by 0 or 1; the weighted mean over
       * the columns both rows have. Missing values (NaN) are left out.
       */
      readonly kind: 'gower';
      /** Columns whose values are category codes. */
      readonly categories: readonly number[];
      /** Weight of each column; all 1 when left out. */
      readonly weights?: readonly number[];
    };

/** A dissimilarity made ready for a table: plain data. */
export interface FittedDissimilarity {
  readonly kind: 'euclidean' | 'manhattan' | 'gower';
  /** By column: what differences are divided by; 0 for categories and columns without spread. */
  readonly ranges: readonly number[];
  /** By column; 0 leaves a column out. */
  readonly weights: readonly number[];
  /** By column: true for category codes. */
  readonly categories: readonly boolean[];
}

function checkGower(cols: number, categories: readonly number[], weights: readonly number[] | undefined): void {
  const bad = (parameter: string, must: string): never => {
    throw mlErrors.ML_PARAM({ estimator: 'gower', parameter, must });
  };
  if (!categories.every((column) => Number.isInteger(column) && column >= 0 && column < cols)) {
    bad('categories', `columns from 0 to ${cols - 1}`);
  }
  if (!weights) return;
  const usable = weights.length === cols && weights.every((weight) => weight >= 0 && weight <= 1e6);
  if (!usable || weights.every((weight) => weight === 0)) {
    bad('weights', `${cols} numbers from 0 to 1e6, not all 0`);
  }
}

/** Refuses ±Infinity always, NaN unless missing values are handled. */
function checkValues({ data, cols }: Matrix, missing: 'refused' | 'handled'): void {
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at] as number;
    if (Number.isFinite(value) || (missing === 'handled' && Number.isNaN(value))) continue;
    const problem = Number.isNaN(value) ? 'a missing value (NaN)' : 'an infinite value';
    throw mlErrors.ML_NOT_FINITE({ what: 'matrix', problem, row: Math.floor(at / cols), column: at % cols });
  }
}

/** Refuses rows that a dissimilarity cannot be measured on. Throws ML_NOT_FINITE. */
export function checkRows(matrix: Matrix, kind: FittedDissimilarity['kind']): void {
  checkValues(matrix, kind === 'gower' ? 'handled' : 'refused');
}

/**
 * Learns the columns' ranges.
 *
 * Throws  ML_PARAM for columns or weights that do not fit; ML_NOT_FINITE for ±Infinity, and for NaN unless it is Gower's
 */
export function fitDissimilarity(matrix: Matrix, asked: Dissimilarity): FittedDissimilarity {
  const { data, cols } = matrix;
  checkRows(matrix, asked.kind);
  if (asked.kind !== 'gower') {
    const plain = new Array<number>(cols).fill(1);
    return { kind: asked.kind, ranges: plain, weights: plain, categories: plain.map(() => false) };
  }
  checkGower(cols, asked.categories, asked.weights);
  const low = new Array<number>(cols).fill(Infinity);
  const high = new Array<number>(cols).fill(-Infinity);
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at] as number;
    if (Number.isNaN(value)) continue;
    const j = at % cols;
    low[j] = Math.min(low[j] as number, value);
    high[j] = Math.max(high[j] as number, value);
  }
  const categories = low.map((_, j) => asked.categories.includes(j));
  const ranges = low.map((least, j) => (categories[j] ? 0 : Math.max(0, (high[j] as number) - least)));
  return { kind: 'gower', ranges, weights: asked.weights ?? low.map(() => 1), categories };
}

function gower(how: FittedDissimilarity, a: Matrix, i: number, b: Matrix, j: number): number {
  const { ranges, weights, categories } = how;
  let sum = 0;
  let weight = 0;
  for (let v = 0; v < a.cols; v += 1) {
    const x = a.data[i * a.cols + v] as number;
    const y = b.data[j * a.cols + v] as number;
    if (x !== x || y !== y) continue;
    const own = weights[v] as number;
    const range = ranges[v] as number;
    weight += own;
    if (categories[v]) sum += x === y ? 0 : own;
    else if (range > 0) sum += (own * Math.abs(x - y)) / range;
  }
  // Rows that share no column are as unlike as rows of the table can be.
  return weight > 0 ? sum / weight : 1;
}

/**
 * How unlike row i of one matrix is to row j of another.
 *
 * Units   those of the matrix for euclidean and manhattan; 0..1 for Gower, above 1 for numbers outside the training range
 */
export function dissimilarity(how: FittedDissimilarity, [a, i]: [Matrix, number], [b, j]: [Matrix, number]): number {
  if (how.kind === 'gower') return gower(how, a, i, b, j);
  const { cols } = a;
  let sum = 0;
  for (let v = 0; v < cols; v += 1) {
    const difference = (a.data[i * cols + v] as number) - (b.data[j * cols + v] as number);
    sum += how.kind === 'euclidean' ? difference * difference : Math.abs(difference);
  }
  return how.kind === 'euclidean' ? Math.sqrt(sum) : sum;
}
