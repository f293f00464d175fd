import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { visitNanDistances } from './nan-distances';
import { startKernelPool } from './pool/kernel-pool';
import { nanDistancesTwin } from './twins/nan-distances-twin';

function drawColumns(seed: number, { rows, cols, holes }: { rows: number; cols: number; holes: number }) {
  const random = seededRandom(seed);
  return Array.from({ length: cols }, () =>
    Float64Array.from({ length: rows }, () => (random.next() < holes ? NaN : random.normal())),
  );
}

describe('visitNanDistances', () => {
  it('equals its plain twin bit for bit, for any shape and any share of holes', () => {
    const shape = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      donors: fc.integer({ min: 1, max: 40 }),
      asked: fc.integer({ min: 1, max: 37 }),
      cols: fc.integer({ min: 1, max: 70 }),
      holes: fc.constantFrom(0, 0.2, 0.9),
    });
    fc.assert(
      fc.property(shape, ({ seed, donors, asked, cols, holes }) => {
        const rows = Array.from({ length: asked }, (_, i) => asked - 1 - i);
        const columns = drawColumns(seed + 1, { rows: asked, cols, holes });
        const input = { donors: drawColumns(seed, { rows: donors, cols, holes }), columns, rows };
        const seen: number[] = [];
        visitNanDistances(input, (row, distances) => {
          seen.push(row);
          expect(distances.slice()).toEqual(nanDistancesTwin(input, row));
        });
        expect(seen).toEqual(rows);
      }),
      { seed: 5, numRuns: 25 },
    );
  });

  it('is computed by hand: one shared value of two, and none', () => {
    const input = {
      donors: [Float64Array.of(1, NaN, 5), Float64Array.of(NaN, 4, 7)],
      columns: [Float64Array.of(3), Float64Array.of(NaN)],
      rows: [0],
    };
    expect.assertions(1);
    visitNanDistances(input, (_, distances) => expect([...distances]).toEqual([8, NaN, 8]));
  });

  it('gives the same bytes with 1 and 3 threads', async () => {
    const donors = drawColumns(3, { rows: 9_001, cols: 3, holes: 0.1 });
    const input = { donors, columns: donors, rows: [0, 17, 9_000] };
    const alone: Float64Array[] = [];
    visitNanDistances(input, (_, distances) => alone.push(distances.slice()));
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    const together: Float64Array[] = [];
    visitNanDistances(input, (_, distances) => together.push(distances.slice()), { pool });
    await pool.close();
    expect(together.map(String)).toEqual(alone.map(String));
  });
});
