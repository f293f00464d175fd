import { expectCells, goldenTable, tableCells } from '../../test/golden-table';
import { outlierFlags } from '../outliers/outlier-flags';
import { outlierCapper } from './outlier-capper';
import golden from './reference/fences.golden.json';

const table = goldenTable([golden.values]);
const cases = [
  ['quantile', { method: 'quantile', low: 0.05, high: 0.9 }],
  ['iqr', { method: 'iqr' }],
  ['z', { method: 'z', reach: 2.5 }],
  ['zSample', { method: 'z', reach: 2, ddof: 1 }],
] as const;

describe('fences against numpy', () => {
  it.each(cases)('capping by %s', async (name, params) => {
    const fitted = await outlierCapper.fit(table, params);
    const { low, high } = fitted.columns[0]?.fitted ?? { low: NaN, high: NaN };
    expectCells([[low, high]], [golden.fences[name]], golden.tolerance);
    expectCells(tableCells(outlierCapper.transform(fitted, table)), [golden.capped[name]], golden.tolerance);
  });

  it('flags what scipy.stats.zscore and the quartile rule flag', async () => {
    const z = await outlierFlags.fitTransform(table, { method: 'z', reach: 2.5 });
    expect(tableCells(z.table)).toEqual([golden.zOutliers]);
    const tukey = await outlierFlags.fitTransform(table, { method: 'iqr' });
    expect(tableCells(tukey.table)).toEqual([golden.tukeyOutliers]);
    expect(tukey.table.columns[0]?.name).toBe('c0 is outlier');
  });
});
