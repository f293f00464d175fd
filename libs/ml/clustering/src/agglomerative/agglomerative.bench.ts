import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { linkRows } from './agglomerative';
import type { Linkage } from './agglomerative.params';

/** One measured case; the ratio is own CPU seconds over scipy's, one thread. */
export interface LinkageBenchCase {
  readonly linkage: Linkage;
  readonly rows: number;
  readonly cols: number;
  readonly goalRatio: number;
}

/** The hierarchies of `npm run bench -- clustering`. */
export const linkageBenchCases: readonly LinkageBenchCase[] = (
  ['ward', 'average', 'complete', 'weighted', 'single'] as const
).map((linkage) => ({ linkage, rows: 5_000, cols: 10, goalRatio: 1.1 }));

/** Overlapping seeded groups. */
export function overlappingGroups(rows: number, cols: number, groups = 8): Matrix {
  const random = seededRandom(42);
  const centres = Float64Array.from({ length: groups * cols }, () => random.normal() * 4);
  const data = new Float32Array(rows * cols);
  for (let at = 0; at < data.length; at += 1) {
    const group = Math.floor(at / cols) % groups;
    data[at] = (centres[group * cols + (at % cols)] as number) + random.normal();
  }
  return { data, rows, cols };
}

/** One hierarchy; the clock is the caller's. */
export async function runLinkageBench(matrix: Matrix, linkage: Linkage, clock: () => number) {
  const began = clock();
  const { height } = await linkRows(matrix, { linkage });
  return { seconds: clock() - began, heights: height };
}
