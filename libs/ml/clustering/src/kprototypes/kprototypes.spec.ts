import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kprototypes } from './kprototypes';
import { kprototypesDefaults } from './kprototypes.params';

const control = () => ({ random: seededRandom(3) });

describe('k-prototypes', () => {
  it('is computed by hand: means of the numbers, modes of the codes, γ half the variance', async () => {
    const rows = matrixOf([
      [0, 7],
      [2, 7],
      [2, 4],
      [10, 4],
      [12, 4],
      [10, 7],
    ]);
    const start = { method: 'rows', rows: [0, 3] } as const;
    const params = { ...kprototypesDefaults, k: 2, categories: [1], start };
    const fitted = await kprototypes.fit(rows, params, control());
    expect([...fitted.labels]).toEqual([0, 0, 0, 1, 1, 1]);
    [4 / 3, 7, 32 / 3, 4].forEach((value, at) => expect(fitted.prototypes[at]).toBeCloseTo(value, 12));
    const variance = [0, 2, 2, 10, 12, 10].reduce((sum, x) => sum + (x - 6) ** 2, 0) / 6;
    expect(fitted.gamma).toBeCloseTo(variance / 2, 12);
    expect(fitted.cost).toBeCloseTo(8 / 3 + 8 / 3 + 2 * fitted.gamma, 9);
  });

  it('lets categories decide where numbers say nothing, missing values between them', async () => {
    const random = seededRandom(6);
    const hole = (value: number) => (random.next() < 0.05 ? NaN : value);
    const rows = Array.from({ length: 300 }, (_, i) => [hole(random.normal()), hole(i % 3), hole((i % 3) + 10)]);
    const params = { ...kprototypesDefaults, k: 3, categories: [1, 2], gamma: 5 };
    const fitted = await kprototypes.fit(matrixOf(rows), params, control());
    expect(
      adjustedRandIndex(
        fitted.labels,
        rows.map((_, i) => i % 3),
      ),
    ).toBeGreaterThan(0.97);
    const loaded = kprototypes.fromJson(JSON.parse(JSON.stringify(kprototypes.toJson(fitted))));
    expect([...(await kprototypes.predict(loaded, matrixOf(rows)))]).toEqual([...fitted.labels]);
  });

  it('leaves a column of weight 0 out', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [(i % 2) * 5, (i % 4 < 2 ? 0 : 1) * 100]);
    const params = { ...kprototypesDefaults, k: 2, weights: [1, 0] };
    const { labels } = await kprototypes.fit(matrixOf(rows), params, control());
    expect(
      adjustedRandIndex(
        labels,
        rows.map((_, i) => i % 2),
      ),
    ).toBe(1);
  });

  it('keeps k clusters: one that lost its rows gets the costliest row; says when rounds run out', async () => {
    const start = { method: 'rows', rows: [0, 0, 3] } as const;
    const rows = matrixOf([[0], [1], [2], [30], [31]]);
    const fitted = await kprototypes.fit(rows, { ...kprototypesDefaults, k: 3, start }, control());
    expect(fitted.sizes.every((size) => size > 0)).toBe(true);
    const once = await kprototypes.fit(rows, { ...kprototypesDefaults, k: 2, maxIterations: 1 }, control());
    expect(once).toMatchObject({ iterations: 1, converged: false });
  });

  it('takes a column without values, a constant column and 10,000 columns', async () => {
    const rows = matrixOf([
      [0, NaN, 3],
      [1, NaN, 3],
      [9, NaN, 3],
    ]);
    expect((await kprototypes.fit(rows, { ...kprototypesDefaults, k: 2 }, control())).sizes).toEqual(
      expect.arrayContaining([1, 2]),
    );
    const wide = {
      rows: 6,
      cols: 10_000,
      data: Float32Array.from({ length: 60_000 }, (_, at) => (at % 7) + (at < 30_000 ? 5 : 0)),
    };
    expect((await kprototypes.fit(wide, { ...kprototypesDefaults, k: 2 }, control())).sizes).toEqual([3, 3]);
  });
});
