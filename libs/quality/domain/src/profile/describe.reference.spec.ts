import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { profilerOf, readCsv } from '../../test/read-csv';
import type { TableProfile } from './table-profile';
import golden from './reference/describe.golden.json';
import { pearson, cramersV } from './associations';

const data = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../../shared/data');
const describeData = existsSync(data) ? describe : describe.skip;
const close = (value: number, wanted: number): void =>
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)));

interface NumberGolden {
  readonly count: number;
  readonly mean: number;
  readonly sd: number;
  readonly skew: number;
  readonly min: number;
  readonly max: number;
  readonly quantiles: readonly number[];
  readonly beyondZ: number;
  readonly beyondIqr: number | null;
}

describeData('profiles of real files against pandas and SciPy', () => {
  const files = Object.entries(golden.files);

  it.each(files)('%s', (name, wanted) => {
    const profile: TableProfile = profilerOf(readCsv(join(data, name))).finish();
    expect(profile.rows).toBe(wanted.rows);
    expect(profile.duplicates).toMatchObject({ repeated: wanted.duplicates, exact: true });
    const missing = new Map<string, number>(Object.entries(wanted.missing));
    const distinct = new Map<string, number>(Object.entries(wanted.distinct));
    for (const column of profile.columns) {
      expect([column.name, column.missing.rows]).toEqual([column.name, missing.get(column.name)]);
      const count = distinct.get(column.name) ?? 0;
      expect(column.distinct.exact).toBe(count <= 50_000);
      expect(Math.abs(column.distinct.count - count)).toBeLessThanOrEqual(column.distinct.exact ? 0 : 0.025 * count);
    }
    for (const [column, figures] of Object.entries<NumberGolden>(wanted.numbers))
      checkNumbers(profile, column, figures);
  });

  function checkNumbers(profile: TableProfile, name: string, wanted: NumberGolden): void {
    const numbers = profile.columns.find((column) => column.name === name)?.numbers;
    if (!numbers) throw new Error(`${name} has no numbers`);
    expect(numbers.count).toBe(wanted.count);
    expect([numbers.min, numbers.max]).toEqual([wanted.min, wanted.max]);
    close(numbers.mean, wanted.mean);
    close(numbers.sd ?? NaN, wanted.sd);
    close(numbers.skew ?? NaN, wanted.skew);
    const quantiles = Object.values(numbers.quantiles);
    if (numbers.distribution.exact) {
      quantiles.forEach((value, i) => close(value, wanted.quantiles[i] ?? NaN));
      expect(numbers.byZ?.rows).toBe(wanted.beyondZ);
      expect(numbers.byIqr?.rows ?? null).toBe(wanted.beyondIqr);
    } else {
      // TotalCharges has 6,530 values: centroids, whose ranks may be off by 0.63 % of the rows.
      quantiles.forEach((value, i) => expect(Math.abs(value / (wanted.quantiles[i] ?? NaN) - 1)).toBeLessThan(0.01));
      expect(Math.abs((numbers.byZ?.rows ?? 0) - wanted.beyondZ)).toBeLessThanOrEqual(0.0063 * wanted.count);
    }
  }

  it('Pearson and Cramér of telco-churn', () => {
    const [header = [], ...rows] = readCsv(join(data, 'telco-churn/customers.csv.gz'));
    const column = (name: string): string[] => rows.map((row) => row[header.indexOf(name)] ?? '');
    const number = (text: string): number => (text.trim() === '' ? NaN : Number(text));
    close(pearson(column('tenure').map(number), column('TotalCharges').map(number)) ?? NaN, golden.telco.pearson);
    const coded = (name: string) => {
      const levels = [...new Set(column(name))];
      return { name, codes: Int32Array.from(column(name), (value) => levels.indexOf(value)), levels: levels.length };
    };
    close(cramersV(coded('OnlineSecurity'), coded('TechSupport')) ?? NaN, golden.telco.cramersV);
  });
});
