import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { trustworthiness } from '../trustworthiness';
import { tsneLayout } from './tsne';
import { tsneDefaults } from './tsne.params';

/** What is measured beside scikit-learn. */
export const tsneBenchCases = [{ rows: 5_000, cols: 10, goalRatio: 0.6 }];

/** Ten groups that touch, as customers' features do; the same for the same size. */
export function touchingGroups(rows: number, cols: number): Matrix {
  const random = seededRandom(17);
  const centres = Float32Array.from({ length: 10 * cols }, () => random.normal() * 2);
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i += 1) {
    const group = random.int(10);
    for (let j = 0; j < cols; j += 1) data[i * cols + j] = (centres[group * cols + j] as number) + random.normal();
  }
  return { data, rows, cols };
}

/** One picture with the defaults: CPU seconds, trustworthiness by 5 neighbours and divergence. */
export async function runTsneBench(matrix: Matrix, cpuSeconds: () => number) {
  const began = cpuSeconds();
  const { points, divergence } = await tsneLayout(matrix, tsneDefaults, { random: seededRandom(1) });
  const seconds = cpuSeconds() - began;
  return { seconds, divergence, trust: (await trustworthiness(matrix, points)).value };
}
