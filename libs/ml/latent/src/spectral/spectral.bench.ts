import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { spectral } from './spectral';
import { spectralDefaults } from './spectral.params';

/** The cases of `npm run bench -- latent`. */
export const spectralBenchCases = [
  { name: 'spectral, neighbours', rows: 2_000, cols: 8, k: 6, gamma: undefined, goalRatio: 2 },
  { name: 'spectral, radial', rows: 2_000, cols: 8, k: 6, gamma: 0.05, goalRatio: 2 },
] as const;

/** Overlapping seeded groups. */
export function spectralBenchInput({ rows, cols, k }: { rows: number; cols: number; k: number }): Matrix {
  const random = seededRandom(11);
  const centres = Float64Array.from({ length: k * cols }, () => random.normal() * 2.2);
  const data = Float32Array.from(
    { length: rows * cols },
    (_, at) => (centres[(Math.floor(at / cols) % k) * cols + (at % cols)] as number) + random.normal(),
  );
  return { data, rows, cols };
}

/** One fit; the clock is the caller's. */
export async function runSpectralBench(
  matrix: Matrix,
  { k, gamma }: { k: number; gamma: number | undefined },
  clock: () => number,
): Promise<{ seconds: number; labels: number[] }> {
  const affinity = gamma === undefined ? spectralDefaults.affinity : ({ method: 'radial', gamma } as const);
  const began = clock();
  const { labels } = await spectral.fit(matrix, { ...spectralDefaults, k, affinity }, { random: seededRandom(1) });
  return { seconds: clock() - began, labels: [...labels] };
}
