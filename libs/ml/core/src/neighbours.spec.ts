import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, type Matrix } from './matrix';
import { NO_ROW, countNeighbours, indexNeighbours, nearestNeighbours, visitCoreNeighbours } from './neighbours';
import { startKernelPool } from './pool/kernel-pool';
import { neighboursTwin } from './twins/neighbours-twin';

/** Half of the rows on a grid, so that distances tie and rows repeat. */
function draw(seed: number, rows: number, cols: number): Matrix {
  const random = seededRandom(seed);
  const value = (i: number) => (i % 2 === 0 ? random.int(4) : random.normal() * 2);
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, (_, at) => value(Math.floor(at / cols))) };
}

const shape = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: fc.integer({ min: 1, max: 700 }),
  cols: fc.integer({ min: 1, max: 9 }),
  k: fc.integer({ min: 1, max: 9 }),
});

describe('neighbours', () => {
  it('counts and finds the same as looking at every pair, ties included', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, rows, cols, k }) => {
        const points = draw(seed, rows, cols);
        const queries = draw(seed + 1, 1 + (rows % 70), cols);
        const index = indexNeighbours(points);
        const radius = Math.sqrt(cols);
        const counts = await countNeighbours(index, { queries, radius });
        const nearest = await nearestNeighbours(index, { queries, k });
        for (let q = 0; q < queries.rows; q += 1) {
          const sorted = neighboursTwin(points, queries, q);
          expect(counts[q]).toBe(sorted.filter(({ squared }) => squared <= radius * radius).length);
          const wanted = Array.from({ length: k }, (_, c) => sorted[c]);
          expect([...nearest.rows.subarray(q * k, q * k + k)]).toEqual(wanted.map((one) => one?.row ?? NO_ROW));
          expect([...nearest.distances.subarray(q * k, q * k + k)]).toEqual(
            wanted.map((one) => (one ? Math.sqrt(one.squared) : Infinity)),
          );
        }
      }),
      { seed: 11, numRuns: 25 },
    );
  });

  it('names each pair of core points once, and every other neighbour of a core point', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, rows, cols }) => {
        const points = draw(seed, Math.min(rows, 200), cols);
        const index = indexNeighbours(points);
        const radius = Math.sqrt(cols);
        const counts = await countNeighbours(index, { queries: points, radius });
        const core = Uint8Array.from(counts, (count) => (count >= 5 ? 1 : 0));
        const seen = new Map<string, number>();
        const input = { points, counts, core, radius };
        await visitCoreNeighbours(index, input, (row, list) => {
          expect(core[row]).toBe(1);
          for (const other of list) {
            const pair = core[other] ? [row, other].sort((a, b) => a - b) : [row, other];
            seen.set(pair.join(), (seen.get(pair.join()) ?? 0) + 1);
          }
        });
        const wanted = new Set<string>();
        for (let i = 0; i < points.rows; i += 1) {
          if (!core[i]) continue;
          for (const { row, squared } of neighboursTwin(points, points, i)) {
            if (squared > radius * radius || row === i) continue;
            wanted.add((core[row] ? [i, row].sort((a, b) => a - b) : [i, row]).join());
          }
        }
        expect(new Set(seen.keys())).toEqual(wanted);
        expect(Math.max(1, ...seen.values())).toBe(1);
      }),
      { seed: 12, numRuns: 15 },
    );
  });

  it('is computed by hand: a point at exactly the radius counts', async () => {
    const points = matrixOf([
      [0, 0],
      [3, 4],
      [0, 5],
      [9, 9],
    ]);
    const index = indexNeighbours(points);
    expect([...(await countNeighbours(index, { queries: points, radius: 5 }))]).toEqual([3, 3, 3, 1]);
    const { rows, distances } = await nearestNeighbours(index, { queries: matrixOf([[0, 0]]), k: 3 });
    expect([...rows]).toEqual([0, 1, 2]);
    expect([...distances]).toEqual([0, 5, 5]);
  });

  it('gives the same bytes with 1 and 3 threads', async () => {
    const points = draw(3, 6_000, 3);
    const index = indexNeighbours(points);
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    const alone = await nearestNeighbours(index, { queries: points, k: 4 });
    expect(await nearestNeighbours(index, { queries: points, k: 4 }, { pool })).toEqual(alone);
    const asked = { queries: points, radius: 0.3 };
    expect(await countNeighbours(index, asked, { pool })).toEqual(await countNeighbours(index, asked));
    await pool.close();
  });

  it('answers nothing for no queries and stops for an aborted signal', async () => {
    const points = draw(4, 50, 2);
    const index = indexNeighbours(points);
    const none = { rows: 0, cols: 2, data: new Float32Array(0) };
    expect(await countNeighbours(index, { queries: none, radius: 1 })).toHaveLength(0);
    const aborted = nearestNeighbours(index, { queries: points, k: 2 }, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
