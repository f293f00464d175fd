import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from './adjusted-rand-index';
import { calinskiHarabasz } from './calinski-harabasz';
import { daviesBouldin } from './davies-bouldin';
import { normalizedMutualInformation } from './mutual-information';
import { silhouette } from './silhouette';

/** A table of overlapping groups, the groups, and labels that are wrong of one in five. */
export interface MetricsBenchInput {
  readonly matrix: Matrix;
  readonly truth: Int32Array;
  readonly labels: Int32Array;
}

/** Seeded; `k` groups of equal size. */
export function metricsBenchInput({ rows, cols, k }: { rows: number; cols: number; k: number }): MetricsBenchInput {
  const random = seededRandom(7);
  const centres = Float64Array.from({ length: k * cols }, () => random.normal() * 1.5);
  const data = new Float32Array(rows * cols);
  const [truth, labels] = [new Int32Array(rows), new Int32Array(rows)];
  for (let i = 0; i < rows; i += 1) {
    truth[i] = i % k;
    labels[i] = random.next() < 0.2 ? random.int(k) : i % k;
    for (let j = 0; j < cols; j += 1)
      data[i * cols + j] = (centres[(i % k) * cols + j] as number) + random.normal() * 2;
  }
  return { matrix: { data, rows, cols }, truth, labels };
}

/** Seconds and value of each measure; the clock is the caller's. */
export function runMetricsBench(
  { matrix, truth, labels }: MetricsBenchInput,
  clock: () => number,
): Readonly<Record<string, { readonly seconds: number; readonly value: number }>> {
  const timed = (measure: () => number) => {
    const began = clock();
    const value = measure();
    return { seconds: clock() - began, value };
  };
  return {
    'Davies–Bouldin': timed(() => daviesBouldin(matrix, labels)),
    'Calinski–Harabasz': timed(() => calinskiHarabasz(matrix, labels)),
    ARI: timed(() => adjustedRandIndex(truth, labels)),
    NMI: timed(() => normalizedMutualInformation(truth, labels)),
  };
}

/** Exact silhouettes of one table cut into each number of groups, one after the other. */
export async function runSilhouetteSweep(
  matrix: Matrix,
  labelings: readonly Int32Array[],
  clock: () => number,
): Promise<{ readonly seconds: number; readonly values: readonly number[] }> {
  const began = clock();
  const values: number[] = [];
  for (const labels of labelings) values.push((await silhouette(matrix, labels)).value);
  return { seconds: clock() - began, values };
}
