import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { gaussianMixture } from './gaussian-mixture';
import { gaussianMixtureDefaults } from './gaussian-mixture.params';

/** The case of `npm run bench -- mixture`; the ratio is own CPU seconds over scikit-learn's, one thread. */
export const gaussianMixtureBenchCase = { rows: 100_000, cols: 10, k: 8, rounds: 20, goalRatio: 0.5 };

/** Overlapping seeded groups and the clustering that both sides begin from. */
export function gaussianMixtureBenchInput({ rows, cols, k }: { rows: number; cols: number; k: number }): {
  matrix: Matrix;
  labels: number[];
} {
  const random = seededRandom(42);
  const centres = Float64Array.from({ length: k * cols }, () => random.normal() * 2);
  const data = new Float32Array(rows * cols);
  const labels: number[] = [];
  for (let i = 0; i < rows; i += 1) {
    const group = random.int(k);
    labels.push(random.next() < 0.7 ? group : random.int(k));
    for (let j = 0; j < cols; j += 1)
      data[i * cols + j] = (centres[group * cols + j] as number) + random.normal() * 1.5;
  }
  return { matrix: { data, rows, cols }, labels };
}

/** A fixed number of rounds from the given clustering; the clock is the caller's. */
export async function runGaussianMixtureBench(
  { matrix, labels }: { matrix: Matrix; labels: readonly number[] },
  { k, rounds }: { k: number; rounds: number },
  clock: () => number,
): Promise<{ seconds: number; logLikelihood: number }> {
  const start = { method: 'given', labels } as const;
  const params = { ...gaussianMixtureDefaults, k, start, tolerance: 0, maxIterations: rounds };
  const began = clock();
  const { logLikelihood } = await gaussianMixture.fit(matrix, params, { random: seededRandom(1) });
  return { seconds: clock() - began, logLikelihood };
}
