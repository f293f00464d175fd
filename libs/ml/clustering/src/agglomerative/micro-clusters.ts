import { countDistinctRows, drawRows, takeRows, type FitControl, type Matrix } from '@kohort/ml-core';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';

/** A large table condensed to means. */
export interface MicroClusters {
  /** m × d means of the rows in each. */
  readonly means: Matrix;
  /** Rows in each, none 0. */
  readonly weights: Float64Array;
  /** The micro-cluster of every row. */
  readonly labels: Uint16Array;
}

/** Rows of the sample for each micro-cluster, and rounds of k-means on it. */
const SAMPLE_FOR_EACH = 20;
const ROUNDS = 8;

/**
 * Condenses a table to about `wanted` micro-clusters: k-means on a sample, then every row to its nearest centroid, and
 * the exact mean of each. Those without a row are left out.
 *
 * Shape   matrix: n×d, finite
 * Cost    k-means on 20·wanted rows, and n·wanted·d multiplications
 * Throws  ML_CANCELLED, ML_TOO_LARGE, ML_SHAPE for magnitudes beyond 1e17
 */
export async function condense(matrix: Matrix, wanted: number, control: FitControl): Promise<MicroClusters> {
  const { rows: n, cols: d, data } = matrix;
  const sample = takeRows(matrix, drawRows(n, wanted * SAMPLE_FOR_EACH, control.random.split('sample')));
  const k = countDistinctRows(sample, wanted);
  const params = { ...kmeansDefaults, k, maxIterations: ROUNDS, start: { method: 'k-means++', restarts: 1 } as const };
  const fitted = await kmeans.fit(sample, params, control);
  const labels = await kmeans.predict(fitted, matrix, control);
  const sums = new Float64Array(k * d);
  const counts = new Float64Array(k);
  for (let i = 0; i < n; i += 1) {
    const label = labels[i] as number;
    counts[label] = (counts[label] as number) + 1;
    for (let j = 0; j < d; j += 1) sums[label * d + j] = (sums[label * d + j] as number) + (data[i * d + j] as number);
  }
  const kept = [...counts.keys()].filter((c) => (counts[c] as number) > 0);
  const places = new Uint16Array(k);
  const means = new Float32Array(kept.length * d);
  kept.forEach((c, at) => {
    places[c] = at;
    for (let j = 0; j < d; j += 1) means[at * d + j] = (sums[c * d + j] as number) / (counts[c] as number);
  });
  return {
    means: { data: means, rows: kept.length, cols: d },
    weights: Float64Array.from(kept, (c) => counts[c] as number),
    labels: labels.map((label) => places[label] as number),
  };
}
