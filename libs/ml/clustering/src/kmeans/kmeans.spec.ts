import { seededRandom } from '@kohort/kernel-clock-random';
import * as fc from 'fast-check';
import { KmeansWorkspace, inlineKernelPool, matrixOf, type Matrix } from '@kohort/ml-core';
import { inertia } from '@kohort/ml-metrics';
import { kmeans, kmeansDistances } from './kmeans';
import { plusPlusCentroids } from './kmeans.init';
import { kmeansDefaults, type KmeansParams } from './kmeans.params';

const control = () => ({ random: seededRandom(3) });
const from = (centroids: readonly number[], k: number): KmeansParams => ({
  ...kmeansDefaults,
  k,
  tolerance: 0,
  start: { method: 'given', centroids },
});

describe('k-means', () => {
  it('is computed by hand: two pairs on a line', async () => {
    const fitted = await kmeans.fit(matrixOf([[0], [2], [10], [14]]), from([0, 2], 2), control());
    expect([...fitted.labels]).toEqual([0, 0, 1, 1]);
    expect([...fitted.centroids]).toEqual([1, 12]);
    expect(fitted).toMatchObject({ inertia: 10, converged: true, sizes: [2, 2] });
  });

  it('gives a row between two centroids to the lower one', async () => {
    const fitted = await kmeans.fit(matrixOf([[0], [1], [2]]), from([0, 2], 2), control());
    expect([...fitted.labels]).toEqual([0, 0, 1]);
  });

  it('fills a cluster that lost its rows with the row farthest from its centroid', async () => {
    const fitted = await kmeans.fit(matrixOf([[0], [1], [2], [30]]), from([1, 100, 500], 3), control());
    expect([...fitted.sizes].sort()).toEqual([1, 1, 2]);
    expect(fitted.inertia).toBeCloseTo(0.5, 12);
  });

  it('puts every row in a cluster of its own for k = n, and all together for k = 1', async () => {
    const matrix = matrixOf([
      [0, 1],
      [5, 2],
      [9, 9],
      [1, 7],
      [4, 4],
    ]);
    const apart = await kmeans.fit(matrix, { ...kmeansDefaults, k: 5 }, control());
    expect(apart).toMatchObject({ inertia: 0, sizes: [1, 1, 1, 1, 1] });
    const together = await kmeans.fit(matrix, { ...kmeansDefaults, k: 1 }, control());
    expect([...together.centroids].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([3.8, 4.6]);
  });

  it('handles one row, duplicates and a constant column', async () => {
    expect(await kmeans.fit(matrixOf([[3, 4]]), { ...kmeansDefaults, k: 1 }, control())).toMatchObject({ inertia: 0 });
    const doubled = matrixOf([
      [1, 7],
      [1, 7],
      [1, 7],
      [5, 7],
      [5, 7],
    ]);
    const fitted = await kmeans.fit(doubled, { ...kmeansDefaults, k: 2 }, control());
    expect(fitted).toMatchObject({ inertia: 0, converged: true });
    expect([...fitted.sizes].sort()).toEqual([2, 3]);
  });

  it('says so when the rounds run out', async () => {
    const random = seededRandom(2);
    const matrix = matrixOf(Array.from({ length: 300 }, () => [random.normal(), random.normal()]));
    const once = await kmeans.fit(matrix, { ...from([0, 0, 1, 0, 0, 1], 3), maxIterations: 1 }, control());
    expect(once).toMatchObject({ iterations: 1, converged: false });
  });

  it('never raises the inertia from round to round, and reports that of its labels and centroids', async () => {
    const shape = fc.record({ seed: fc.integer({ min: 1, max: 1e5 }), k: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, k }) => {
        const random = seededRandom(seed);
        const matrix = matrixOf(
          Array.from({ length: 60 }, () => [random.normal() * 5, random.normal(), random.next()]),
        );
        const start = Array.from({ length: k * 3 }, () => random.normal());
        let before = Infinity;
        for (let maxIterations = 1; maxIterations <= 6; maxIterations += 1) {
          const fitted = await kmeans.fit(matrix, { ...from(start, k), maxIterations }, control());
          expect(fitted.inertia).toBeLessThanOrEqual(before * (1 + 1e-9));
          expect(fitted.inertia / inertia(matrix, fitted.labels, fitted.centroids)).toBeCloseTo(1, 8);
          expect([...(await kmeans.predict(fitted, matrix))]).toEqual([...fitted.labels]);
          before = fitted.inertia;
        }
      }),
      { seed: 5, numRuns: 40 },
    );
  });

  it('keeps the best of its starts', async () => {
    const random = seededRandom(4);
    const matrix = matrixOf(Array.from({ length: 300 }, (_, i) => [(i % 10) * 8 + random.normal(), random.normal()]));
    const fit = (restarts: number) =>
      kmeans.fit(matrix, { ...kmeansDefaults, k: 10, start: { method: 'k-means++', restarts } }, control());
    const [one, many] = [await fit(1), await fit(20)];
    expect(many.inertia).toBeLessThanOrEqual(one.inertia);
    expect([...many.sizes]).toEqual(new Array(10).fill(30));
  });

  it('starts on rows, spread by distance: far groups are all found', () => {
    const matrix: Matrix = matrixOf(Array.from({ length: 90 }, (_, i) => [(i % 3) * 1000 + (i % 7), i % 5]));
    const work = new KmeansWorkspace(inlineKernelPool(), matrix, 3, 'fit');
    work.copyRows();
    for (let seed = 1; seed <= 20; seed += 1) {
      const centroids = plusPlusCentroids(work, { n: 90, d: 2 }, seededRandom(seed));
      const groups = [0, 2, 4].map((at) => Math.round((centroids[at] as number) / 1000));
      expect(groups.sort()).toEqual([0, 1, 2]);
    }
    work.release();
  });

  it('measures plain distances to every centroid', async () => {
    const fitted = await kmeans.fit(
      matrixOf([
        [0, 0],
        [6, 8],
      ]),
      from([0, 0, 6, 8], 2),
      control(),
    );
    expect([
      ...kmeansDistances(
        fitted,
        matrixOf([
          [0, 0],
          [3, 4],
        ]),
      ),
    ]).toEqual([0, 10, 5, 5]);
  });

  it('reports each start it finished', async () => {
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => seen.push(done);
    const params: KmeansParams = { ...kmeansDefaults, k: 2, start: { method: 'k-means++', restarts: 3 } };
    await kmeans.fit(matrixOf([[0], [1], [9]]), params, { ...control(), onProgress });
    expect(seen).toEqual([1, 2, 3]);
  });
});
