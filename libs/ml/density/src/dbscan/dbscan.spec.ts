import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { dbscan } from './dbscan';

const control = () => ({ random: seededRandom(3) });

/** The definition, pair by pair: a walk from each core row not yet seen, in order. */
function byHand({ data, rows, cols }: Matrix, eps: number, minPoints: number): number[] {
  const near = (i: number): number[] =>
    Array.from({ length: rows }, (_, j) => j).filter((j) => {
      let sum = 0;
      for (let v = 0; v < cols; v += 1) sum += ((data[j * cols + v] ?? 0) - (data[i * cols + v] ?? 0)) ** 2;
      return sum <= eps * eps;
    });
  const labels = new Array<number>(rows).fill(-1);
  let k = 0;
  for (let i = 0; i < rows; i += 1) {
    if (labels[i] !== -1 || near(i).length < minPoints) continue;
    const open = [i];
    labels[i] = k;
    for (let row = open.pop(); row !== undefined; row = open.pop()) {
      const neighbours = near(row);
      if (neighbours.length < minPoints) continue;
      for (const other of neighbours) {
        if (labels[other] !== -1) continue;
        labels[other] = k;
        open.push(other);
      }
    }
    k += 1;
  }
  return labels;
}

describe('DBSCAN', () => {
  it('is computed by hand: a chain, its border and a lone row', async () => {
    const matrix = matrixOf([[0], [1], [2], [3], [9]]);
    const fitted = await dbscan.fit(matrix, { eps: 1, minPoints: 3 }, control());
    expect([...fitted.labels]).toEqual([0, 0, 0, 0, -1]);
    expect([...fitted.isCore]).toEqual([0, 1, 1, 0, 0]);
    expect(fitted).toMatchObject({ k: 1, sizes: [4], noise: 1 });
    expect([...(await dbscan.predict(fitted, matrixOf([[0], [3.1], [1.5], [9]])))]).toEqual([0, -1, 0, -1]);
  });

  it('is the walk of its definition for any rows, with ties and duplicates', async () => {
    const shape = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), minPoints: fc.integer({ min: 1, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, minPoints }) => {
        const random = seededRandom(seed);
        const rows = Array.from({ length: 90 }, () => [random.int(14), random.int(14)]);
        const matrix = matrixOf(rows);
        const fitted = await dbscan.fit(matrix, { eps: 1.5, minPoints }, control());
        expect([...fitted.labels]).toEqual(byHand(matrix, 1.5, minPoints));
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('takes one row, duplicates only, a constant column, 10,000 columns, and says when all is noise', async () => {
    expect(await dbscan.fit(matrixOf([[3]]), { eps: 1, minPoints: 2 }, control())).toMatchObject({ k: 0, noise: 1 });
    const alike = await dbscan.fit(matrixOf(new Array(200).fill([1, 7])), { eps: 1, minPoints: 50 }, control());
    expect(alike).toMatchObject({ k: 1, sizes: [200], noise: 0 });
    const wide = {
      rows: 5,
      cols: 10_000,
      data: Float32Array.from({ length: 50_000 }, (_, at) => (at < 30_000 ? 1 : 2)),
    };
    expect([...(await dbscan.fit(wide, { eps: 99.9, minPoints: 2 }, control())).labels]).toEqual([0, 0, 0, 1, 1]);
    const none = await dbscan.fit(matrixOf([[0], [5], [10]]), { eps: 1, minPoints: 2 }, control());
    expect([...(await dbscan.predict(none, matrixOf([[0], [1]])))]).toEqual([-1, -1]);
  });

  it('stops in the middle when its signal is aborted', async () => {
    const random = seededRandom(2);
    const matrix = { rows: 40_000, cols: 2, data: Float32Array.from({ length: 80_000 }, () => random.next()) };
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const fit = dbscan.fit(matrix, { eps: 0.001, minPoints: 3 }, { ...control(), signal: stop.signal, onProgress });
    await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
