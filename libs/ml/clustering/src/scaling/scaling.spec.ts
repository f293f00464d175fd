import { matrixOf, wideMatrixOf } from '@kohort/ml-core';
import { applyScaling, unscaleCentroids } from './apply-scaling';
import { fitScaling } from './scaling';
import { scalingColumns } from './scaling-pipeline';
import { scalingFromJson, scalingToJson } from './scaling.state';

const table = wideMatrixOf([
  [1, 10, 5, 0],
  [2, 20, 5, 1],
  [3, 30, 5, 2],
  [4, 1000, 5, 90],
]);
const names = ['even', 'tail', 'same', 'orders'];
const codes = (warnings: readonly { code: string }[]) => warnings.map(({ code }) => code);

describe('scaling', () => {
  it('z-scores by the population deviation and drops a constant column', () => {
    const { scaling, warnings } = fitScaling(table, names, { mode: 'zscore' });
    const scaled = applyScaling(scaling, table);
    expect(scaled.cols).toBe(3);
    const even = [0, 1, 2, 3].map((i) => scaled.data[i * 3] as number);
    const wanted = [-1.5, -0.5, 0.5, 1.5].map((v) => v / Math.sqrt(1.25));
    even.forEach((value, i) => expect(value).toBeCloseTo(wanted[i] as number, 6));
    expect(codes(warnings)).toEqual(['COLUMN_CONSTANT']);
    expect(warnings[0]?.message).toContain('"same"');
  });

  it('takes logarithms of heavy tails in auto mode only, and says so', () => {
    const { scaling, warnings } = fitScaling(table, names, { mode: 'auto' });
    expect(scalingColumns(scaling).map(({ log1p }) => log1p)).toEqual([false, true, false, true]);
    expect(codes(warnings)).toEqual(['COLUMN_CONSTANT', 'COLUMN_LOGGED']);
    expect(warnings[1]?.message).toMatch(/tail \(skewness .*orders \(skewness/);
    const back = unscaleCentroids(scaling, applyScaling(scaling, table).data);
    expect(back[3]?.['tail']).toBeCloseTo(1000, 2);
    expect(back[2]?.['orders']).toBeCloseTo(2, 5);
  });

  it('never takes the logarithm of a column with negative values, nor of rare flags', () => {
    const flags = matrixOf([
      [0, -1],
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 500],
    ]);
    const { scaling } = fitScaling(flags, ['flag', 'balance'], { mode: 'auto' });
    expect(scalingColumns(scaling).map(({ log1p }) => log1p)).toEqual([false, false]);
  });

  it('leaves distances as they are in mode none, and warns where one column rules them', () => {
    const { scaling, warnings } = fitScaling(table, names, { mode: 'none' });
    const { data, cols } = applyScaling(scaling, table);
    expect((data[cols + 1] as number) - (data[1] as number)).toBeCloseTo(10, 4);
    expect(codes(warnings)).toEqual(['COLUMN_CONSTANT', 'SCALES_DIFFER']);
    expect(warnings[1]?.message).toContain('"tail" varies');
  });

  it('keeps large numbers exact by centring them in double precision', () => {
    const times = wideMatrixOf([[1_700_000_000_001], [1_700_000_000_002], [1_700_000_000_004]]);
    const { scaling } = fitScaling(times, ['time'], { mode: 'none' });
    const { data } = applyScaling(scaling, times);
    expect((data[2] as number) - (data[0] as number)).toBeCloseTo(3, 4);
  });

  it('refuses missing values, or fills them with the median and says so', () => {
    const holes = matrixOf([
      [1, 1],
      [NaN, 2],
      [3, NaN],
      [8, 4],
      [9, 9],
    ]);
    expect(() => fitScaling(holes, ['a', 'b'], { mode: 'none' })).toThrow(
      expect.objectContaining({ code: 'ML_NOT_FINITE', details: expect.objectContaining({ row: 1, column: 'a' }) }),
    );
    const { scaling, warnings } = fitScaling(holes, ['a', 'b'], { mode: 'zscore', missing: 'median' });
    const filled = matrixOf([
      [5.5, 3],
      [NaN, NaN],
    ]);
    const [a, b, c, d] = applyScaling(scaling, filled).data;
    expect([c, d]).toEqual([a, b]);
    expect(codes(warnings)).toEqual(['COLUMN_FILLED', 'COLUMN_FILLED']);
    expect(applyScaling(scaling, holes).data.every(Number.isFinite)).toBe(true);
  });

  it('refuses a table whose columns are all constant', () => {
    expect(() =>
      fitScaling(
        matrixOf([
          [1, 2],
          [1, 2],
        ]),
        ['a', 'b'],
        { mode: 'auto' },
      ),
    ).toThrow(expect.objectContaining({ code: 'ML_TOO_FEW_ROWS', kind: 'unsuitable-data' }));
  });

  it('scales alike after storing and loading', () => {
    const { scaling } = fitScaling(table, names, { mode: 'auto', missing: 'median' });
    const loaded = scalingFromJson(JSON.parse(JSON.stringify(scalingToJson(scaling))));
    expect(applyScaling(loaded, table)).toEqual(applyScaling(scaling, table));
    for (const bad of [{ version: 3 }, { version: 2, mode: 'auto', pipeline: { steps: [] } }]) {
      expect(() => scalingFromJson(bad)).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
    }
  });

  it('reads scalings stored before they were pipelines, to the same values', () => {
    const holes = wideMatrixOf([
      [1, 10, 5],
      [NaN, 20, 5],
      [3, 3000, 5],
    ]);
    const spread = Math.sqrt(1.25);
    const first = {
      version: 1,
      mode: 'auto',
      columns: [
        { name: 'even', kept: true, log1p: false, shift: 2.5, divisor: spread, fill: 2.5 },
        { name: 'tail', kept: true, log1p: true, shift: 3, divisor: 2, fill: null },
        { name: 'same', kept: false, log1p: false, shift: 0, divisor: 1, fill: null },
      ],
    };
    const scaling = scalingFromJson(first);
    const row = (x: number, y: number) => [(x - 2.5) / spread, (Math.log1p(y) - 3) / 2];
    const wanted = Float32Array.from([...row(1, 10), ...row(2.5, 20), ...row(3, 3000)]);
    expect(applyScaling(scaling, holes).data).toEqual(wanted);
    const broken = { ...holes, data: holes.data.map((value, at) => (at === 4 ? -1 : value)) };
    expect(() => applyScaling(scaling, broken)).toThrow(
      expect.objectContaining({ code: 'ML_NOT_FINITE', details: expect.objectContaining({ row: 1, column: 'tail' }) }),
    );
  });

  it('refuses to load nothing', () => {
    expect(() => scalingFromJson(null)).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
  });
});
