import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { startKernelPool } from './pool/kernel-pool';
import { crossProducts, projectRows } from './products';
import { crossProductsTwin } from './twins/cross-products-twin';
import { projectTwin } from './twins/project-twin';

function drawInput(seed: number, rows: number, cols: number) {
  const random = seededRandom(seed);
  const columns = Array.from({ length: cols }, () => Float64Array.from({ length: rows }, () => random.normal()));
  const origin = columns.map(() => random.normal());
  const centred = columns.map((values, j) => values.map((value) => value - (origin[j] as number)));
  const directions = (count: number) => Array.from({ length: count }, () => columns.map(() => random.normal()));
  return { columns, origin, centred, directions };
}

/** As text that two arrays share only when they are the same bit for bit; fast where they are long. */
const bytesOf = (arrays: readonly Float64Array[]): string[] =>
  arrays.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'));

/** Around the ends of blocks and chunks, large enough for the kernel. */
const rowCounts = fc.constantFrom(1, 255, 1_021, 1_024, 1_025, 1_300);
const shape = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: rowCounts,
  cols: fc.integer({ min: 1, max: 23 }),
  count: fc.integer({ min: 1, max: 23 }),
});

describe('crossProducts', () => {
  it('equals its plain twin to 1e-12 of the number of rows', () => {
    fc.assert(
      fc.property(shape, ({ seed, rows, cols }) => {
        const { columns, origin, centred } = drawInput(seed, rows, cols);
        const wanted = crossProductsTwin(centred, rows);
        const gaps = crossProducts({ columns, origin }).map((sum, at) => Math.abs(sum - (wanted[at] as number)));
        expect(Math.max(...gaps)).toBeLessThan(1e-12 * rows);
      }),
      { seed: 9, numRuns: 12 },
    );
  });

  it('is exact on whole numbers: 30,000 rows of three columns', () => {
    const n = 30_000;
    const columns = [1, 2, 3].map((step) => Float64Array.from({ length: n }, (_, i) => (i % 7) - step));
    const wanted = columns.flatMap((a) =>
      columns.map((b) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)),
    );
    expect([...crossProducts({ columns })]).toEqual(wanted);
  });
});

describe('projectRows', () => {
  it('equals its plain twin bit for bit', () => {
    fc.assert(
      fc.property(shape, ({ seed, rows, cols, count }) => {
        const { columns, origin, centred, directions } = drawInput(seed, rows, cols);
        const wanted = directions(count);
        expect(bytesOf(projectRows({ columns, origin }, wanted))).toEqual(bytesOf(projectTwin(centred, wanted)));
      }),
      { seed: 10, numRuns: 12 },
    );
  });

  it('gives the same bytes with 1 and 3 threads, as the products do', async () => {
    const { columns, origin, directions } = drawInput(4, 5_000, 9);
    const along = directions(7);
    const alone = [crossProducts({ columns, origin }), ...projectRows({ columns, origin }, along)];
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    const control = { pool };
    const made = [crossProducts({ columns, origin }, control), ...projectRows({ columns, origin }, along, control)];
    await pool.close();
    expect(bytesOf(made)).toEqual(bytesOf(alone));
  });
});
