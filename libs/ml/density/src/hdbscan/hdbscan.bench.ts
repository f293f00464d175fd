import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { hdbscan } from './hdbscan';
import { hdbscanDefaults } from './hdbscan.params';

/** HDBSCAN in `npm run bench -- clustering`: no peer on Debian, so a limit in CPU seconds of one thread. */
export const hdbscanBenchCases = [{ rows: 5_000, cols: 10, limit: 2 }] as const;

/** One fit; the clock is the caller's. */
export async function runHdbscanBench(matrix: Matrix, clock: () => number) {
  const began = clock();
  const params = { ...hdbscanDefaults, minPoints: 10, minClusterSize: 50 };
  const { k, noise } = await hdbscan.fit(matrix, params, { random: seededRandom(1) });
  return { seconds: clock() - began, k, noise };
}
