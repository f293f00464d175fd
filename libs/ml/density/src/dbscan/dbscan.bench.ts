import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { dbscan } from './dbscan';
import type { DbscanParams } from './dbscan.params';

/** One measured case; the ratio is own CPU seconds over scikit-learn's, one thread. */
export interface DbscanBenchCase extends DbscanParams {
  readonly rows: number;
  readonly cols: number;
  readonly goalRatio: number;
}

/** DBSCAN in `npm run bench -- clustering`. */
export const dbscanBenchCases: readonly DbscanBenchCase[] = [
  { rows: 50_000, cols: 3, eps: 0.3, minPoints: 10, goalRatio: 1.5 },
];

/** Seeded groups of different density over thin uniform noise. */
export function denseGroups(rows: number, cols: number): Matrix {
  const random = seededRandom(42);
  const groups = 12;
  const centres = Float64Array.from({ length: groups * cols }, () => random.next() * 20);
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i += 1) {
    const group = i % (groups + 1);
    for (let j = 0; j < cols; j += 1) {
      data[i * cols + j] =
        group === groups
          ? random.next() * 24 - 2
          : (centres[group * cols + j] as number) + random.normal() * (0.4 + 0.1 * group);
    }
  }
  return { data, rows, cols };
}

/** One fit; the clock is the caller's. */
export async function runDbscanBench(matrix: Matrix, { eps, minPoints }: DbscanParams, clock: () => number) {
  const began = clock();
  const { labels, isCore } = await dbscan.fit(matrix, { eps, minPoints }, { random: seededRandom(1) });
  return { seconds: clock() - began, labels, core: isCore.reduce((sum, one) => sum + one, 0) };
}
