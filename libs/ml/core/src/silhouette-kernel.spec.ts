import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { inlineKernelPool, startKernelPool } from './pool/kernel-pool';
import { matrixOf } from './matrix';
import { silhouetteCoefficients } from './silhouette-kernel';
import { silhouetteTwin } from './twins/silhouette-twin';

describe('silhouetteCoefficients', () => {
  it('equals the double-precision twin to 1e-6 for any shape and cluster sizes', async () => {
    const shape = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      rows: fc.integer({ min: 3, max: 70 }),
      cols: fc.integer({ min: 1, max: 7 }),
      k: fc.integer({ min: 2, max: 6 }),
    });
    const pool = inlineKernelPool();
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, rows, cols, k }) => {
        const random = seededRandom(seed);
        const matrix = { rows, cols, data: Float32Array.from({ length: rows * cols }, () => random.normal()) };
        const labels = Array.from({ length: rows }, (_, i) => (i < 2 ? i : random.int(k)) * 3);
        const got = await silhouetteCoefficients(matrix, labels, { pool });
        silhouetteTwin(matrix, labels).forEach((value, i) =>
          expect(Math.abs((got[i] as number) - value)).toBeLessThan(1e-6),
        );
      }),
      { seed: 21, numRuns: 80 },
    );
  });

  it('is computed by hand: two pairs on a line', async () => {
    const got = await silhouetteCoefficients(matrixOf([[0], [1], [10], [12]]), [0, 0, 1, 1]);
    const wanted = [(11 - 1) / 11, (10 - 1) / 10, (9.5 - 2) / 9.5, (11.5 - 2) / 11.5];
    wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 6));
  });

  it('is 0 in a cluster of one and where all rows coincide', async () => {
    expect([...(await silhouetteCoefficients(matrixOf([[0], [1], [9]]), [0, 0, 1]))][2]).toBe(0);
    expect([...(await silhouetteCoefficients(matrixOf([[3], [3], [3]]), [0, 0, 1]))]).toEqual([0, 0, 0]);
  });

  it('gives the same bytes with 1, 2 and 4 threads', async () => {
    const random = seededRandom(3);
    const matrix = { rows: 1501, cols: 5, data: Float32Array.from({ length: 1501 * 5 }, () => random.normal()) };
    const labels = Array.from({ length: 1501 }, () => random.int(4));
    const alone = await silhouetteCoefficients(matrix, labels);
    for (const threads of [2, 4]) {
      const pool = await startKernelPool({ threads, blocking: 'allowed' });
      expect(await silhouetteCoefficients(matrix, labels, { pool })).toEqual(alone);
      await pool.close();
    }
  });

  it('stops when its signal is aborted', async () => {
    const stop = new AbortController();
    const matrix = { rows: 4000, cols: 2, data: new Float32Array(8000).map((_, i) => i % 97) };
    const labels = Array.from({ length: 4000 }, (_, i) => i % 2);
    const onProgress = () => stop.abort();
    await expect(silhouetteCoefficients(matrix, labels, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'ML_CANCELLED',
    });
  });
});
