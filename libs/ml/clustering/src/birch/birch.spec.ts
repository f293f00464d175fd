import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { birch } from './birch';
import { birchDefaults } from './birch.params';
import { FeatureTree } from './feature-tree';

const control = () => ({ random: seededRandom(3) });

describe('the feature tree', () => {
  it('is computed by hand: rows within the threshold are one entry', () => {
    const tree = new FeatureTree(1, 3);
    for (const x of [0, 2, 10, 1]) tree.insert({ n: 1, mean: Float64Array.of(x), spread: 0 });
    expect(tree.entries().map(({ n, mean, spread }) => [n, mean[0], spread])).toEqual([
      [3, 1, 2],
      [1, 10, 0],
    ]);
    expect(tree.leaves).toBe(2);
  });

  it('sums up every row exactly once, whatever the splits', () => {
    const random = seededRandom(8);
    const tree = new FeatureTree(0.3, 4);
    const rows = Array.from({ length: 2_000 }, () => [random.normal() * 3, random.normal()]);
    for (const row of rows) tree.insert({ n: 1, mean: Float64Array.from(row), spread: 0 });
    const entries = tree.entries();
    expect(entries).toHaveLength(tree.leaves);
    expect(entries.reduce((sum, { n }) => sum + n, 0)).toBe(2_000);
    const total = (j: number) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0);
    for (const j of [0, 1])
      expect(entries.reduce((sum, e) => sum + e.n * (e.mean[j] ?? 0), 0)).toBeCloseTo(total(j), 6);
    expect(entries.every(({ n, spread }) => spread / n <= 0.09 + 1e-12)).toBe(true);
  });
});

describe('BIRCH', () => {
  it('finds groups in many rows and doubles its threshold when subclusters are too many, and says so', async () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 6_000 }, (_, i) => [(i % 3) * 20 + random.normal(), random.normal()]);
    const params = { ...birchDefaults, threshold: 0.01, mostSubclusters: 200 };
    const fitted = await birch.fit(matrixOf(rows), params, control());
    expect(fitted.threshold).toBeGreaterThan(0.01);
    expect(fitted.subclusters.rows).toBeLessThanOrEqual(200);
    expect(
      adjustedRandIndex(
        fitted.labels,
        rows.map((_, i) => i % 3),
      ),
    ).toBe(1);
    expect([...(await birch.predict(fitted, matrixOf(rows)))]).toEqual([...fitted.labels]);
  });

  it('takes one row, duplicates, a constant column and 10,000 columns', async () => {
    const one = { ...birchDefaults, k: 1 };
    expect(await birch.fit(matrixOf([[3]]), one, control())).toMatchObject({ sizes: [1] });
    const alike = await birch.fit(matrixOf(new Array(50).fill([1, 7])), { ...birchDefaults, k: null }, control());
    expect(alike).toMatchObject({ k: 1, sizes: [50] });
    const wide = {
      rows: 6,
      cols: 10_000,
      data: Float32Array.from({ length: 60_000 }, (_, at) => (at < 30_000 ? 1 : 0)),
    };
    expect((await birch.fit(wide, { ...birchDefaults, k: 2 }, control())).sizes).toEqual([3, 3]);
  });

  it('stops in the middle when its signal is aborted', async () => {
    const random = seededRandom(2);
    const matrix = { rows: 9_000, cols: 2, data: Float32Array.from({ length: 18_000 }, () => random.next()) };
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const fit = birch.fit(matrix, birchDefaults, { ...control(), signal: stop.signal, onProgress });
    await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
