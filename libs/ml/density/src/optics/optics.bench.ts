import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { optics } from './optics';
import { opticsDefaults } from './optics.params';

/** OPTICS in `npm run bench -- clustering`. */
export const opticsBenchCases = [{ rows: 3_000, cols: 3, goalRatio: 1 }] as const;

/** One fit; the clock is the caller's. */
export async function runOpticsBench(matrix: Matrix, clock: () => number) {
  const began = clock();
  const { labels } = await optics.fit(matrix, { ...opticsDefaults, minPoints: 10 }, { random: seededRandom(1) });
  return { seconds: clock() - began, labels };
}
