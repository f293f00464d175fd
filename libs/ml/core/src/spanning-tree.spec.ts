import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from './matrix';
import { inlineKernelPool } from './pool/kernel-pool';
import { growSpanningTree } from './spanning-tree';
import { spanningTreeTwin } from './twins/spanning-tree-twin';
import { WardWorkspace } from './ward-workspace';

describe('growSpanningTree', () => {
  it('equals its plain twin bit for bit: any shape, core distances, radius and ties', async () => {
    const shape = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      rows: fc.integer({ min: 1, max: 120 }),
      cols: fc.integer({ min: 1, max: 6 }),
      radius: fc.constantFrom(Infinity, 2, 0.5),
      by: fc.constantFrom('mutual' as const, 'own' as const),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, rows, cols, radius, by }) => {
        const random = seededRandom(seed);
        const coarse = seed % 2 === 0;
        const value = () => (coarse ? random.int(4) : random.normal());
        const points = { rows, cols, data: Float32Array.from({ length: rows * cols }, value) };
        const coreSquared = Float64Array.from({ length: rows }, () => (random.next() < 0.1 ? Infinity : random.next()));
        const growth = { coreSquared, by, radius };
        expect(await growSpanningTree(points, growth)).toEqual(spanningTreeTwin(points, growth));
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it('is computed by hand: a chain and a far row', async () => {
    const tree = await growSpanningTree(matrixOf([[0], [10], [1], [3]]), { by: 'own' });
    expect([...tree.order]).toEqual([0, 2, 3, 1]);
    expect([...tree.need]).toEqual([Infinity, 1, 2, 7]);
    expect([...tree.through]).toEqual([-1, 0, 2, 3]);
  });

  it('refuses values whose squares have no room', async () => {
    await expect(growSpanningTree(matrixOf([[1e20], [0]]), { by: 'own' })).rejects.toMatchObject({ code: 'ML_SHAPE' });
  });
});

describe('WardWorkspace', () => {
  it('finds the nearest of every cluster as pair by pair, the lowest of equals, while clusters join', () => {
    const random = seededRandom(6);
    for (const [n, d] of [
      [1, 2],
      [7, 1],
      [90, 3],
      [40, 5],
    ] as const) {
      const work = new WardWorkspace(inlineKernelPool(), { n, d });
      for (let i = 0; i < n; i += 1)
        work.set(
          i,
          1 + random.int(3),
          Array.from({ length: d }, () => random.int(5)),
        );
      for (let left = n; left > 1; left -= 1) {
        const alive = [...work.sizes.keys()].filter((i) => (work.sizes[i] as number) > 0);
        for (const i of alive) {
          const others = alive.filter((j) => j !== i).map((place) => ({ place, measure: work.measure(i, place) }));
          const best = others.reduce((a, b) => (b.measure < a.measure ? b : a));
          expect(work.nearest(i)).toEqual(best);
        }
        work.join(alive[0] as number, work.nearest(alive[0] as number).place);
      }
      work.release();
    }
  });
});
