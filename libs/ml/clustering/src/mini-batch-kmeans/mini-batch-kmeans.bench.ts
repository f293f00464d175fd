import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';
import { miniBatchKmeans } from './mini-batch-kmeans';
import { miniBatchKmeansDefaults } from './mini-batch-kmeans.params';

/** Mini-batch k-means in `npm run bench -- clustering`; the ratio is own CPU seconds over scikit-learn's, one thread. */
export const miniBatchBenchCases = [{ rows: 1_000_000, cols: 10, k: 8, goalRatio: 0.8 }] as const;

/** One fit with three starts, as the peer has; the clock is the caller's. */
export async function runMiniBatchBench(matrix: Matrix, k: number, clock: () => number) {
  const began = clock();
  const params = { ...miniBatchKmeansDefaults, k, restarts: 3 };
  const { inertia } = await miniBatchKmeans.fit(matrix, params, { random: seededRandom(1) });
  return { seconds: clock() - began, inertia };
}

/** The inertia that k-means itself reaches: what mini-batches are judged by. */
export async function fullInertia(matrix: Matrix, k: number): Promise<number> {
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: 3 } as const };
  return (await kmeans.fit(matrix, params, { random: seededRandom(1) })).inertia;
}
