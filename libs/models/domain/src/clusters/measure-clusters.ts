import type { Matrix, WideMatrix } from '@kohort/ml-core';
import { fitScaling, profileColumn, scalingColumns } from '@kohort/ml-clustering';

/** One feature in one cluster against everybody. Missing values are left out. */
export interface FeatureMeasure {
  readonly feature: string;
  /** Of a feature of words: the word that the means are shares of. */
  readonly word?: string;
  readonly clusterMean: number;
  readonly overallMean: number;
  /** clusterMean / overallMean; null when the overall mean is 0 or the ratio says nothing (a negative mean). */
  readonly lift: number | null;
  /** (clusterMean − overallMean) / overall population standard deviation, in the feature's own units. */
  readonly effectSize: number;
  /**
   * The same after the logarithm of heavy-tailed columns: what names are taken from, because one very large value does
   * not rule it.
   */
  readonly shapedEffect: number;
}

/** A cluster's size and its features in the order of the table. */
export interface ClusterMeasure {
  readonly size: number;
  readonly features: readonly FeatureMeasure[];
}

interface ColumnSums {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
  readonly mean: number;
  readonly deviation: number;
}

/** Per-cluster sums (the last entry is everybody) of one column through a transform. */
function sumColumn(
  { data, rows, cols }: Matrix | WideMatrix,
  { column, labels, k }: { column: number; labels: ArrayLike<number>; k: number },
  transform: (value: number) => number,
): ColumnSums {
  const sums = new Float64Array(k);
  const counts = new Float64Array(k);
  let total = 0;
  let present = 0;
  for (let i = 0; i < rows; i += 1) {
    const raw = data[i * cols + column] as number;
    if (Number.isNaN(raw)) continue;
    const value = transform(raw);
    const label = labels[i] as number;
    sums[label] = (sums[label] as number) + value;
    counts[label] = (counts[label] as number) + 1;
    total += value;
    present += 1;
  }
  const mean = present > 0 ? total / present : 0;
  let squares = 0;
  for (let i = 0; i < rows; i += 1) {
    const raw = data[i * cols + column] as number;
    if (!Number.isNaN(raw)) squares += (transform(raw) - mean) ** 2;
  }
  return { sums, counts, mean, deviation: present > 0 ? Math.sqrt(squares / present) : 0 };
}

const meanOf = ({ sums, counts, mean }: ColumnSums, c: number): number =>
  (counts[c] as number) > 0 ? (sums[c] as number) / (counts[c] as number) : mean;

const effectOf = (column: ColumnSums, c: number): number =>
  column.deviation > 0 ? (meanOf(column, c) - column.mean) / column.deviation : 0;

/** Whether the logarithm of each column is taken; of none where there is no column, or none that varies. */
function loggedColumns(matrix: Matrix | WideMatrix, names: readonly string[]): readonly boolean[] {
  if (!names.some((_, column) => profileColumn(matrix, column).spread !== 0)) return [];
  const { scaling } = fitScaling(matrix, names, { mode: 'auto', missing: 'median' });
  return scalingColumns(scaling).map(({ log1p }) => log1p);
}

/**
 * Measures every feature in every cluster against everybody.
 *
 * Shape   matrix: n×d in the features' own units, NaN for missing; labels: n in 0..k-1; returns k entries
 * Units   effects in overall population standard deviations
 * Cost    a few passes over the table
 * Throws  ML_SHAPE, ML_NOT_FINITE as fitScaling does, where a column varies
 */
export function measureClusters(input: {
  readonly featureNames: readonly string[];
  readonly matrix: Matrix | WideMatrix;
  readonly labels: ArrayLike<number>;
  readonly k: number;
}): ClusterMeasure[] {
  const { featureNames, matrix, labels, k } = input;
  const isLogged = loggedColumns(matrix, featureNames);
  const sizes = new Float64Array(k);
  for (let i = 0; i < matrix.rows; i += 1) sizes[labels[i] as number] = (sizes[labels[i] as number] as number) + 1;
  const columns = featureNames.map((feature, column) => {
    const at = { column, labels, k };
    const plain = sumColumn(matrix, at, (value) => value);
    return { feature, plain, shaped: isLogged[column] ? sumColumn(matrix, at, Math.log1p) : plain };
  });
  return Array.from(sizes, (size, c) => ({
    size,
    features: columns.map(({ feature, plain, shaped }) => ({
      feature,
      clusterMean: meanOf(plain, c),
      overallMean: plain.mean,
      lift: plain.mean > 0 && meanOf(plain, c) >= 0 ? meanOf(plain, c) / plain.mean : null,
      effectSize: effectOf(plain, c),
      shapedEffect: effectOf(shaped, c),
    })),
  }));
}
