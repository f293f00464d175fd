import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { fitDissimilarity } from './dissimilarity';
import { fasterPam, measurePairs } from './faster-pam';
import { kmedoids } from './kmedoids';
import { kmedoidsDefaults, type KmedoidsParams } from './kmedoids.params';

const control = () => ({ random: seededRandom(3) });
const withK = (k: number): KmedoidsParams => ({ ...kmedoidsDefaults, k });

describe('k-medoids', () => {
  it('is computed by hand: two triples on a line', async () => {
    const fitted = await kmedoids.fit(matrixOf([[0], [1], [3], [20], [22], [30]]), withK(2), control());
    expect(fitted.medoidRows).toEqual([1, 4]);
    expect([...fitted.labels]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(fitted).toMatchObject({ cost: 13, sizes: [3, 3], converged: true, sampled: null });
  });

  it('ends where no swap of a medoid and a row is cheaper', async () => {
    const shape = fc.record({ seed: fc.integer({ min: 1, max: 1e5 }), k: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, k }) => {
        const random = seededRandom(seed);
        const matrix = matrixOf(Array.from({ length: 24 }, () => [random.normal(), random.normal()]));
        const table = await measurePairs(matrix, fitDissimilarity(matrix, { kind: 'manhattan' }), {});
        const { medoids, cost } = await fasterPam(table, { k, maxPasses: 100 }, {});
        const costOf = (chosen: readonly number[]): number =>
          Array.from({ length: 24 }, (_, i) => Math.min(...chosen.map((m) => table.values[m * 24 + i] ?? 0))).reduce(
            (sum, value) => sum + value,
            0,
          );
        expect(costOf(medoids)).toBeCloseTo(cost, 6);
        for (let m = 0; m < k; m += 1) {
          for (let row = 0; row < 24; row += 1) {
            expect(costOf(medoids.map((old, at) => (at === m ? row : old)))).toBeGreaterThan(cost - 1e-6);
          }
        }
      }),
      { seed: 4, numRuns: 15 },
    );
  });

  it('clusters mixed columns with missing values: categories decide where numbers say nothing', async () => {
    const random = seededRandom(6);
    const rows = Array.from({ length: 150 }, (_, i) => [
      random.normal(),
      i % 3,
      (i % 3) + 10,
      i % 7 === 0 ? NaN : random.next(),
    ]);
    const dissimilarity = { kind: 'gower', categories: [1, 2], weights: [0.5, 1, 1, 0.5] } as const;
    const matrix = matrixOf(rows);
    const fitted = await kmedoids.fit(matrix, { ...withK(3), dissimilarity }, control());
    expect(
      adjustedRandIndex(
        fitted.labels,
        rows.map((_, i) => i % 3),
      ),
    ).toBe(1);
    const loaded = kmedoids.fromJson(JSON.parse(JSON.stringify(kmedoids.toJson(fitted))));
    const fresh = matrixOf([
      [NaN, 2, NaN, NaN],
      [NaN, NaN, NaN, NaN],
    ]);
    expect([...(await kmedoids.predict(loaded, fresh))]).toEqual([fitted.labels[2], 0]);
  });

  it('clusters a table above its limit on samples and says so', async () => {
    const matrix = fourGroups(3);
    const params = { ...withK(4), mostRows: 100, sampleRows: 60, samples: 3 };
    const fitted = await kmedoids.fit(matrix, params, control());
    expect(fitted.sampled).toEqual({ rows: 60, samples: 3 });
    expect(
      adjustedRandIndex(
        fitted.labels,
        Array.from({ length: 200 }, (_, i) => i % 4),
      ),
    ).toBe(1);
    expect(fitted.medoidRows.every((row, c) => fitted.labels[row] === c)).toBe(true);
  });

  it('takes k = n, one row, a constant column and 10,000 columns', async () => {
    expect(
      await kmedoids.fit(
        matrixOf([
          [3, 1],
          [4, 1],
        ]),
        withK(2),
        control(),
      ),
    ).toMatchObject({ cost: 0 });
    expect(await kmedoids.fit(matrixOf([[3]]), withK(1), control())).toMatchObject({ cost: 0, sizes: [1] });
    const wide = {
      rows: 6,
      cols: 10_000,
      data: Float32Array.from({ length: 60_000 }, (_, at) => (at % 7) + (at < 30_000 ? 5 : 0)),
    };
    expect((await kmedoids.fit(wide, withK(2), control())).sizes).toEqual([3, 3]);
  });

  it('stops in the middle when its signal is aborted', async () => {
    const random = seededRandom(2);
    const matrix = { rows: 1500, cols: 20, data: Float32Array.from({ length: 30_000 }, () => random.next()) };
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const fit = kmedoids.fit(matrix, withK(3), { ...control(), signal: stop.signal, onProgress });
    await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
