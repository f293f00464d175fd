import { seededRandom } from '@kohort/kernel-clock-random';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { birch } from './birch';
import { birchDefaults } from './birch.params';
import golden from './reference/birch.golden.json';

describe('BIRCH against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, threshold, branching, subclusters, labels }) => {
    const matrix = { data: Float32Array.from(data), rows, cols };
    const params = { ...birchDefaults, threshold, branching, k: null };
    const fitted = await birch.fit(matrix, params, { random: seededRandom(1) });
    expect(fitted.k).toBe(subclusters.length / cols);
    // The order of leaves follows how nodes were split; the subclusters are the same.
    const near = (got: ArrayLike<number>, c: number, at: number) =>
      Array.from({ length: cols }, (_, j) => Math.abs((got[c * cols + j] ?? 0) - (subclusters[at * cols + j] ?? 0)));
    for (let at = 0; at < fitted.k; at += 1) {
      const gaps = Array.from({ length: fitted.k }, (_, c) => Math.max(...near(fitted.subclusters.data, c, at)));
      expect(Math.min(...gaps)).toBeLessThan(1e-5);
    }
    expect(adjustedRandIndex(fitted.labels, labels)).toBeGreaterThan(0.99);
  });
});
