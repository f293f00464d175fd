import { isAppError } from '@kohort/kernel-errors';
import type { Matrix } from '@kohort/ml-core';
import type { ClusteringAlgorithm, FittedClustering } from '../src/clustering-algorithm';
import { settingsFor } from './algorithm-examples';

/** That a clustering tells of every row what the contract says. */
export function expectWhole(fitted: FittedClustering, rows: number): void {
  const { labels, confidence, outlierScore, sizes, noise, k } = fitted;
  expect([labels.length, confidence.length, outlierScore.length]).toEqual([rows, rows, rows]);
  expect(sizes).toHaveLength(k);
  expect(sizes.reduce((sum, size) => sum + size, noise)).toBe(rows);
  expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
  expect(sizes.every((size) => size > 0)).toBe(true);
  expect(labels.every((label) => label >= -1 && label < k)).toBe(true);
  const shares = [...confidence, ...outlierScore];
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  expect(labels.every((label, i) => label >= 0 || confidence[i] === 0)).toBe(true);
}

/** That an algorithm meets a table with a named error that says who is to act, or with a whole clustering. */
export async function expectNamedOrWhole(algorithm: ClusteringAlgorithm, matrix: Matrix): Promise<void> {
  let fitted: FittedClustering;
  try {
    fitted = await algorithm.fit(matrix, settingsFor(algorithm, matrix.rows));
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    expect(['invalid-input', 'unsuitable-data']).toContain(thrown.kind);
    return;
  }
  expectWhole(fitted, matrix.rows);
}
