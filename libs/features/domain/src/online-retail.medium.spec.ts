import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { onlineRetailDir, onlineRetailLines, onlineRetailOrders, profileOfCustomer } from '../test/online-retail';
import { featureSet } from './feature-set';
import { featureStatement } from './feature-statement';
import { TRAIT_LIBRARY } from './trait-library';

const directory = onlineRetailDir();
const has = existsSync(directory);
const workspaceId = workspaceIdSchema.parse('10000000-0000-4000-8000-000000000001');
const KEYS = ['recency_days', 'frequency', 'monetary', 'tenure_days'];

interface Reference {
  readonly cleaned: { readonly rows: number; readonly customers: number; readonly invoices: number };
  readonly rfm: {
    readonly describe: Record<'recency' | 'frequency' | 'monetary' | 'tenure', Record<string, number>>;
    readonly sum_recency: number;
    readonly sum_frequency: number;
    readonly sum_monetary: number;
    readonly customers_with_one_invoice: number;
    readonly value_quintiles: {
      readonly cells_used: number;
      readonly count_555: number;
      readonly count_111: number;
    } & {
      readonly cuts: Record<'recency' | 'frequency' | 'monetary', readonly number[]>;
    };
    readonly top10_by_monetary: readonly { customer: number; recency: number; frequency: number; monetary: number }[];
  };
  readonly monthly: Readonly<Record<string, { revenue: number; active_customers: number; invoices: number }>>;
}

/** Linear interpolation between order statistics, as pandas does it. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

(has ? describe : describe.skip)('recency, frequency and revenue of the Online Retail data set', () => {
  let test: TestColumns;
  let columns: readonly (readonly number[])[];
  let rowOf: ReadonlyMap<string, number>;
  const reference: Reference = has ? JSON.parse(readFileSync(join(directory, 'reference.json'), 'utf8')) : undefined;

  beforeAll(async () => {
    test = await startTestColumns();
    const lines = onlineRetailLines(directory);
    expect(lines.length).toBe(reference.cleaned.rows);
    await test.addEvents(onlineRetailOrders(lines, workspaceId));
    const statement = featureStatement({
      workspaceId,
      asOf: Date.parse('2011-12-10T00:00:00Z'),
      timeZone: 'Europe/London',
      definitions: featureSet(1, KEYS),
    });
    const { matrix, profileIds, cols } = await test.columns.store.matrix(statement);
    columns = KEYS.map((_, j) => profileIds.map((_id, i) => matrix[i * cols + j] as number));
    rowOf = new Map(profileIds.map((id, i) => [id, i]));
  });

  afterAll(() => test.stop());

  const sum = (values: readonly number[] = []): number => values.reduce((a, b) => a + b, 0);

  it('counts the customers and invoices of the cleaning rule', () => {
    expect(columns[0]?.length).toBe(reference.cleaned.customers);
    expect(sum(columns[1])).toBe(reference.cleaned.invoices);
    expect(columns[1]?.filter((orders) => orders === 1).length).toBe(reference.rfm.customers_with_one_invoice);
  });

  it('adds up to the reference: days and orders exactly, revenue to the cent', () => {
    expect(sum(columns[0])).toBe(reference.rfm.sum_recency);
    expect(sum(columns[1])).toBe(reference.rfm.sum_frequency);
    expect(sum(columns[2])).toBeCloseTo(reference.rfm.sum_monetary, 5);
  });

  it.each(['recency', 'frequency', 'monetary', 'tenure'] as const)('describes %s as the reference does', (name) => {
    const values = [...(columns[['recency', 'frequency', 'monetary', 'tenure'].indexOf(name)] ?? [])].sort(
      (a, b) => a - b,
    );
    const described = reference.rfm.describe[name];
    const mean = sum(values) / values.length;
    const deviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
    const found = {
      count: values.length,
      mean,
      std: deviation,
      min: values[0] as number,
      max: values.at(-1) as number,
      ...Object.fromEntries([5, 10, 25, 50, 75, 90, 95, 99].map((p) => [`${p}%`, quantile(values, p / 100)])),
    };
    // The reference is written with ten significant digits.
    for (const [key, value] of Object.entries(described)) {
      const ours = found[key as keyof typeof found];
      expect({ key, ratio: ours / value }).toEqual({ key, ratio: expect.closeTo(1, 8) });
    }
  });

  it('finds the ten customers with most revenue', () => {
    for (const { customer, recency, frequency, monetary } of reference.rfm.top10_by_monetary) {
      const row = rowOf.get(profileOfCustomer(String(customer))) as number;
      expect(columns.map((column) => column[row])).toEqual([recency, frequency, monetary, expect.any(Number)]);
    }
  });

  it('scores by quintiles of everybody as the reference does', async () => {
    const keys = ['recency_score', 'frequency_score', 'monetary_score', 'rfm_cell'];
    const { matrix, rows, cols } = await test.columns.store.matrix(
      featureStatement({
        ...{ workspaceId, asOf: Date.parse('2011-12-10T00:00:00Z'), timeZone: 'Europe/London', withFigures: true },
        definitions: TRAIT_LIBRARY.filter(({ key }) => keys.includes(key)),
      }),
    );
    const { cuts, cells_used, count_555, count_111 } = reference.rfm.value_quintiles;
    const figures = [...matrix.subarray(keys.length, cols)];
    [cuts.recency, cuts.frequency, cuts.monetary].flat().forEach((cut, i) => expect(figures[i]).toBeCloseTo(cut, 6));
    const cells = Array.from({ length: rows }, (_, row) => matrix[row * cols + 3]);
    expect(new Set(cells).size).toBe(cells_used);
    expect(cells.filter((cell) => cell === 555).length).toBe(count_555);
    expect(cells.filter((cell) => cell === 111).length).toBe(count_111);
  });

  it('adds up calendar months as the reference does', async () => {
    const current = { event: 'Order Completed', window: { current: 'month' } } as const;
    const definitions = [
      { aggregate: 'sum' as const, of: 'revenue', ...current },
      { aggregate: 'did' as const, ...current },
      { aggregate: 'distinct' as const, of: 'order_id', ...current },
    ].map((formula, i) => ({ key: `m${i}`, label: 'Month', unit: 'units', formula }));
    for (const month of ['2011-03', '2011-11']) {
      const asOf = DateTime.fromISO(month, { zone: 'Europe/London' }).endOf('month').toMillis();
      const statement = featureStatement({ workspaceId, asOf, timeZone: 'Europe/London', definitions });
      const { matrix, rows, cols } = await test.columns.store.matrix(statement);
      const [revenue, customers, invoices] = definitions.map((_, col) =>
        sum(Array.from({ length: rows }, (_row, row) => matrix[row * cols + col] as number)),
      );
      const wanted = reference.monthly[month];
      expect(revenue).toBeCloseTo(wanted?.revenue ?? NaN, 4);
      expect([customers, invoices]).toEqual([wanted?.active_customers, wanted?.invoices]);
    }
  });
});
