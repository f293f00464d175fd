import fc from 'fast-check';
import { applyBinDesign, binOutputs, fitBinDesign, parseBinDesign } from './bin-design';
import { fitCategoryLevels, ordinalCodes } from '../encoders/category-levels';
import { categoryColumn, featureTable, takeRows, type FeatureTable } from '../feature-table';
import { applyLinearDesign, fitLinearDesign, linearOutputs, parseLinearDesign } from './linear-design';
import { binOf, fitQuantileBins, MAX_BINS } from './quantile-bins';

const table = featureTable(4, [
  { kind: 'numeric', name: 'age', values: Float64Array.of(20, 40, NaN, 30) },
  categoryColumn('plan', ['free', 'paid', 'free', null]),
]);

describe('linear design', () => {
  it('imputes, scores and marks levels, missing as a level of its own', async () => {
    const { design, matrix } = await fitLinearDesign(table);
    expect(linearOutputs(design)).toEqual([
      { source: 0, name: 'age' },
      { source: 1, name: 'plan', level: 'free' },
      { source: 1, name: 'plan', level: 'paid' },
      { source: 1, name: 'plan', level: null },
    ]);
    const s = Math.sqrt(50);
    const expected = [-10 / s, 1, 0, 0, 10 / s, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    matrix.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 12));
    expect(applyLinearDesign(design, table)).toEqual(matrix);
  });

  it('round-trips through JSON and names what is missing or changed', async () => {
    const { design, matrix } = await fitLinearDesign(table);
    const again = parseLinearDesign(JSON.parse(JSON.stringify(design)));
    expect(applyLinearDesign(again, table)).toEqual(matrix);
    expect(() => parseLinearDesign({ version: 2 })).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_STATE_INVALID' }),
    );
    const without: FeatureTable = { rows: 4, columns: table.columns.slice(1) };
    expect(() => applyLinearDesign(design, without)).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_COLUMN_MISSING', details: { column: 'age' } }),
    );
    const changed = featureTable(1, [categoryColumn('age', ['x']), categoryColumn('plan', ['free'])]);
    expect(() => applyLinearDesign(design, changed)).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_COLUMN_KIND' }),
    );
  });

  it('reads designs stored before they were pipelines, to the same numbers', async () => {
    const { matrix } = await fitLinearDesign(table);
    const s = Math.sqrt(50);
    const stored = {
      version: 1,
      columns: [
        { kind: 'numeric', name: 'age', median: 30, mean: 30, scale: s },
        { kind: 'category', name: 'plan', levels: ['free', 'paid', null] },
      ],
    };
    expect(applyLinearDesign(parseLinearDesign(stored), table)).toEqual(matrix);
  });

  it('takes tables of one kind of column, and a column without any value', async () => {
    const plans = { rows: 4, columns: table.columns.slice(1) };
    expect((await fitLinearDesign(plans)).matrix.cols).toBe(3);
    const nothing = featureTable(2, [{ kind: 'numeric', name: 'none', values: Float64Array.of(NaN, NaN) }]);
    expect([...(await fitLinearDesign(nothing)).matrix.data]).toEqual([0, 0]);
  });

  it('makes the same matrix by blocks of rows', async () => {
    const rows = 70_000;
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 13 === 0 ? NaN : i % 101));
    const cells = Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? 'a' : 'b'));
    const large = featureTable(rows, [{ kind: 'numeric', name: 'n', values }, categoryColumn('c', cells)]);
    const { design, matrix } = await fitLinearDesign(large);
    const late = values.slice();
    late[69_000] = Infinity;
    const broken = {
      rows,
      columns: [{ kind: 'numeric' as const, name: 'n', values: late }, ...large.columns.slice(1)],
    };
    expect(() => applyLinearDesign(design, broken)).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_NOT_FINITE', details: { column: 'n', row: 69_000 } }),
    );
    expect(Buffer.from(applyLinearDesign(design, large).data.buffer).equals(Buffer.from(matrix.data.buffer))).toBe(
      true,
    );
  });
});

describe('bin design', () => {
  it('turns numbers into bins and levels into 0 or missing', () => {
    const design = fitBinDesign(table);
    expect(binOutputs(design)).toHaveLength(4);
    const { bins } = applyBinDesign(design, table);
    expect([...bins]).toEqual([0, 0, -1, -1, 2, -1, 0, -1, -1, 0, -1, -1, 1, -1, -1, 0]);
    const again = parseBinDesign(JSON.parse(JSON.stringify(design)));
    expect(applyBinDesign(again, table).bins).toEqual(bins);
  });

  it('a subset is transformed like the whole', () => {
    const design = fitBinDesign(table);
    expect([...applyBinDesign(design, takeRows(table, [3, 1])).bins]).toEqual([1, -1, -1, 0, 2, -1, 0, -1]);
  });
});

describe('quantile bins', () => {
  it('keep the order of values and stay within a byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 700 }),
        (numbers) => {
          const fitted = fitQuantileBins(Float64Array.from(numbers));
          const pairs = numbers.map((value) => [value, binOf(fitted, value)] as const).sort((a, b) => a[0] - b[0]);
          pairs.forEach(([value, bin], i) => {
            expect(bin).toBeLessThan(MAX_BINS);
            const before = pairs[i - 1];
            if (before !== undefined) expect(before[1]).toBeLessThanOrEqual(bin);
            if (before !== undefined && before[0] === value) expect(before[1]).toBe(bin);
          });
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it('few distinct values get one bin each; none at all gives one bin', () => {
    const fitted = fitQuantileBins(Float64Array.of(3, 1, 1, 7));
    expect([1, 3, 7, NaN].map((value) => binOf(fitted, value))).toEqual([0, 1, 2, -1]);
    expect(fitQuantileBins(Float64Array.of(NaN)).edges).toEqual([]);
  });
});

describe('category levels', () => {
  it('keep the most frequent and treat the rest as unseen', () => {
    const column = categoryColumn('c', ['x', 'y', 'y', 'z', 'z']);
    const fitted = fitCategoryLevels(column, { maxLevels: 2 });
    expect(fitted.levels).toEqual(['y', 'z']);
    expect([...ordinalCodes(fitted, column)]).toEqual([-1, 0, 0, 1, 1]);
    expect([...ordinalCodes(fitted, categoryColumn('c', [null, 'z']))]).toEqual([-1, 1]);
  });
});

describe('feature table', () => {
  it('refuses columns of another length and infinite numbers', () => {
    expect(() => featureTable(2, [categoryColumn('c', ['x'])])).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_LENGTHS_DIFFER' }),
    );
    expect(() => featureTable(1, [{ kind: 'numeric', name: 'n', values: Float64Array.of(Infinity) }])).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_NOT_FINITE', details: { column: 'n', row: 0 } }),
    );
  });
});
