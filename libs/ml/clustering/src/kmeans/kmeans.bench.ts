import { seededRandom } from '@kohort/kernel-clock-random';
import type { KernelPool, Matrix } from '@kohort/ml-core';
import { silhouette } from '@kohort/ml-metrics';
import { kmeans } from './kmeans';
import { kmeansDefaults } from './kmeans.params';

/** One measured case; the ratio is own CPU seconds over scikit-learn's, one thread. */
export interface KmeansBenchCase {
  readonly rows: number;
  readonly cols: number;
  readonly k: number;
  readonly goalRatio: number;
}

/** The grid of `npm run bench -- kmeans`. */
export const kmeansBenchCases: readonly KmeansBenchCase[] = [
  { rows: 1_000_000, cols: 10, k: 8, goalRatio: 0.5 },
  { rows: 200_000, cols: 50, k: 8, goalRatio: 0.7 },
  { rows: 200_000, cols: 50, k: 32, goalRatio: 0.85 },
];

export interface KmeansBenchInput {
  readonly matrix: Matrix;
  /** k × cols: the first row of each planted group. */
  readonly start: readonly number[];
}

/** Overlapping seeded groups: enough rounds to measure, no empty cluster. */
export function kmeansBenchInput({ rows, cols, k }: Omit<KmeansBenchCase, 'goalRatio'>): KmeansBenchInput {
  const random = seededRandom(42);
  const spread = 3;
  const centres = Float64Array.from({ length: k * cols }, () => random.normal() * 1.5);
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i += 1) {
    const from = (i % k) * cols;
    for (let j = 0; j < cols; j += 1) data[i * cols + j] = (centres[from + j] as number) + random.normal() * spread;
  }
  return { matrix: { data, rows, cols }, start: Array.from(data.subarray(0, k * cols)) };
}

/** One fit from the given start; the clock is the caller's. */
export async function runKmeansBench(
  { matrix, start }: KmeansBenchInput,
  k: number,
  clock: () => number,
  pool?: KernelPool,
): Promise<{ seconds: number; iterations: number; inertia: number; labels: Uint16Array }> {
  const params = { ...kmeansDefaults, k, start: { method: 'given', centroids: start } as const };
  const began = clock();
  const fitted = await kmeans.fit(matrix, params, { random: seededRandom(1), ...(pool ? { pool } : {}) });
  const seconds = clock() - began;
  return { seconds, iterations: fitted.iterations, inertia: fitted.inertia, labels: fitted.labels };
}

/** The exact silhouette of a clustering; the clock is the caller's. */
export async function runSilhouetteBench(
  matrix: Matrix,
  labels: Uint16Array,
  clock: () => number,
): Promise<{ seconds: number; value: number }> {
  const began = clock();
  const { value } = await silhouette(matrix, labels);
  return { seconds: clock() - began, value };
}
