import fc from 'fast-check';
import { goldenTable, tableCells } from '../../test/golden-table';
import { pipeline } from '../pipeline/pipeline';

const kinds = ['standard-scaler', 'min-max-scaler', 'robust-scaler', 'quantile-transformer', 'power-transformer'];
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, -0) },
);
const cells = fc.array(cell, { minLength: 2, maxLength: 40 }).filter((list) => list.some((one) => one !== null));

describe('scalers of any column', () => {
  it.each(kinds)('%s: missing stays missing, the rest is finite and keeps its order, stored or not', async (use) => {
    await fc.assert(
      fc.asyncProperty(cells, async (column) => {
        const table = goldenTable([column]);
        const { fitted, table: made } = await pipeline.fitTransform(table, { steps: [{ use }] });
        const [out = []] = tableCells(made);
        expect(tableCells(pipeline.transform(pipeline.parse(pipeline.serialise(fitted)), table))).toEqual([out]);
        const pairs = column.map((value, i) => [value, out[i] ?? null] as const);
        for (const [value, scaled] of pairs) expect(scaled === null).toBe(value === null);
        const present = pairs.flatMap(([value, scaled]) =>
          value === null || scaled === null ? [] : [[value, scaled]],
        );
        present.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
        present.forEach(([value = NaN, scaled = NaN], i) => {
          expect(Number.isFinite(scaled)).toBe(true);
          const [before = -Infinity, last = -Infinity] = present[i - 1] ?? [];
          // Nearly equal values may swap by rounding, not by more.
          expect(scaled).toBeGreaterThanOrEqual(last - 1e-9 * Math.max(1, Math.abs(last)));
          if (value === before) expect(scaled === last).toBe(true);
        });
      }),
      { seed: 21, numRuns: 60 },
    );
  });

  it.each(['standard-scaler', 'min-max-scaler', 'robust-scaler'])('%s refuses numbers it cannot sum', async (use) => {
    const attempt = pipeline.fit(goldenTable([[1.7e308, -1.7e308, 1.7e308, -1.7e308, 1.6e308]]), { steps: [{ use }] });
    await expect(attempt).rejects.toMatchObject({ code: 'PREPROCESSING_OVERFLOW', kind: 'unsuitable-data' });
  });
});
