import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';
import { miniBatchKmeans } from './mini-batch-kmeans';
import { miniBatchKmeansDefaults } from './mini-batch-kmeans.params';

function groups(rows: number, cols: number, k: number): Matrix {
  const random = seededRandom(5);
  const centres = Float64Array.from({ length: k * cols }, () => random.normal() * 2);
  const value = (at: number) => (centres[(Math.floor(at / cols) % k) * cols + (at % cols)] ?? 0) + random.normal();
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, (_, at) => value(at)) };
}

describe('mini-batch k-means', () => {
  it('comes within 1 % of the inertia of k-means on overlapping groups', async () => {
    const matrix = groups(20_000, 5, 8);
    const full = await kmeans.fit(matrix, kmeansDefaults, { random: seededRandom(1) });
    for (const seed of [1, 2, 3]) {
      const fitted = await miniBatchKmeans.fit(matrix, miniBatchKmeansDefaults, { random: seededRandom(seed) });
      expect(fitted.inertia / full.inertia).toBeLessThan(1.01);
      expect([...(await miniBatchKmeans.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    }
  });

  it('takes one row, few different rows among many, and 10,000 columns', async () => {
    const fit = (matrix: Matrix, k: number) =>
      miniBatchKmeans.fit(matrix, { ...miniBatchKmeansDefaults, k, batches: 3 }, { random: seededRandom(1) });
    expect(await fit(matrixOf([[4]]), 1)).toMatchObject({ inertia: 0, sizes: [1] });
    const rare = { rows: 12_000, cols: 1, data: new Float32Array(12_000).fill(1, 11_999) };
    expect([...(await fit(rare, 2)).sizes].sort((a, b) => a - b)).toEqual([1, 11_999]);
    const wide = {
      rows: 6,
      cols: 10_000,
      data: Float32Array.from({ length: 60_000 }, (_, at) => (at < 30_000 ? 1 : 0)),
    };
    expect([...(await fit(wide, 2)).sizes]).toEqual([3, 3]);
  });

  it('stops in the middle when its signal is aborted', async () => {
    const stop = new AbortController();
    const control = { random: seededRandom(1), signal: stop.signal, onProgress: () => stop.abort() };
    const fit = miniBatchKmeans.fit(groups(2_000, 2, 3), miniBatchKmeansDefaults, control);
    await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
