import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { kmeans, kmeansDistances } from './kmeans';
import golden from './reference/kmeans.golden.json';

const largestGap = (got: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce(
    (most, value, at) => Math.max(most, Math.abs((got[at] as number) - value) / Math.max(1, Math.abs(value))),
    0,
  );

describe('k-means against scikit-learn, from the same start', () => {
  it.each(golden.cases)('$name', async (example) => {
    const { data, rows, cols, k, tolerance, maxIterations } = example;
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const start = { method: 'given', centroids: example.start } as const;
    const fitted = await kmeans.fit(matrix, { k, start, tolerance, maxIterations }, { random: seededRandom(1) });
    expect([...fitted.labels]).toEqual(example.labels);
    expect(largestGap(fitted.centroids, example.centroids)).toBeLessThan(golden.tolerances.centroids);
    expect(Math.abs(fitted.inertia / example.inertia - 1)).toBeLessThan(golden.tolerances.inertia);
    expect(fitted.iterations).toBe(example.iterations);
    expect(fitted.converged).toBe(example.maxIterations > example.iterations);
    const firstRows = { data: matrix.data.subarray(0, 5 * cols), rows: 5, cols };
    expect(largestGap(kmeansDistances(fitted, firstRows), example.distances)).toBeLessThan(golden.tolerances.distances);
  });
});
