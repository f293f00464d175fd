import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { nmf } from './nmf';
import { nmfDefaults } from './nmf.params';

/** The case of `npm run bench -- latent`: counts as a site's visitors leave them, nearly all of them 0. */
export const nmfBenchCase = { rows: 20_000, cols: 285, k: 10, rounds: 50, goalRatio: 1.5 };

/** Visitors with one of k habits, and the start that both sides begin from. */
export function nmfBenchInput({ rows, cols, k }: { rows: number; cols: number; k: number }) {
  const random = seededRandom(7);
  const habits = Array.from({ length: k }, () => Array.from({ length: 12 }, () => random.int(cols)));
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i += 1) {
    const habit = habits[random.int(k)] ?? [];
    for (let event = 0; event < 6; event += 1) {
      const at = i * cols + (random.next() < 0.8 ? (habit[random.int(12)] ?? 0) : random.int(cols));
      data[at] = (data[at] as number) + 1;
    }
  }
  const draw = (length: number) => Array.from({ length }, () => random.next());
  const matrix: Matrix = { data, rows, cols };
  return { matrix, amounts: draw(rows * k), parts: draw(k * cols) };
}

/** A fixed number of rounds from the given start; the clock is the caller's. */
export async function runNmfBench(
  { matrix, amounts, parts }: ReturnType<typeof nmfBenchInput>,
  { k, rounds }: { k: number; rounds: number },
  clock: () => number,
): Promise<{ seconds: number; error: number }> {
  const start = { method: 'given', amounts, parts } as const;
  const began = clock();
  const params = { ...nmfDefaults, k, start, tolerance: 0, maxIterations: rounds };
  const { error } = await nmf.fit(matrix, params, { random: seededRandom(1) });
  return { seconds: clock() - began, error };
}
