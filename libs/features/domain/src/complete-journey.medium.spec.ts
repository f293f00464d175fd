import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { startTestColumns, type TestColumns, type TestEvent } from '@kohort/testing-columns';
import type { EventFormula } from './events/event-formula';
import { featureStatement } from './feature-statement';

const base = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');
const directory = join(base, 'complete-journey');
const has = existsSync(directory);
const workspaceId = workspaceIdSchema.parse('10000000-0000-4000-8000-000000000002');

type Described = Readonly<Record<'count' | 'mean' | 'std' | 'min' | '25%' | '50%' | '75%' | 'max', number>>;

interface Reference {
  readonly transactions: { readonly coupon_disc: number };
  readonly per_household: Readonly<Record<'baskets' | 'spend' | 'lines', Described>>;
  readonly sales_by_department_top10: Readonly<Record<string, number>>;
  readonly sales_by_brand: Readonly<Record<string, number>>;
  readonly campaigns: { readonly households_redeeming_any: number };
}

/** Rows of a table none of whose cells up to the last that is asked for is quoted. */
function* cellsOf(table: string): Generator<readonly string[]> {
  const text = gunzipSync(readFileSync(join(directory, `${table}.csv.gz`))).toString('utf8');
  for (const line of text.trimEnd().split('\n').slice(1)) yield line.split(',');
}

const uuid = (kind: number, id: number | string): string =>
  `${kind}0000000-0000-4000-8000-${String(id).padStart(12, '0')}`;

function* events(): Generator<TestEvent> {
  const products = new Map([...cellsOf('products')].map(([id, , department, brand]) => [id, { department, brand }]));
  let n = 0;
  for (const [household = '', , basket, product, , value, , coupon, , , at = ''] of cellsOf('transactions')) {
    const { department = '', brand = '' } = products.get(product) ?? {};
    yield {
      ...{ workspaceId, profileId: uuid(0, household), eventId: uuid(1, ++n), name: 'Line Bought' },
      ts: Date.parse(`${at.replace(' ', 'T')}Z`),
      properties: { basket, department, brand, value: Number(value), coupon: Number(coupon) },
    };
  }
  for (const [household = '', , , date = ''] of cellsOf('coupon_redemptions')) {
    const id = { profileId: uuid(0, household), eventId: uuid(1, ++n) };
    yield { workspaceId, ...id, name: 'Coupon Redeemed', ts: Date.parse(date), properties: {} };
  }
}

(has ? describe : describe.skip)('figures of the Complete Journey households', () => {
  let test: TestColumns;
  let columns: readonly (readonly number[])[];
  const reference: Reference = has ? JSON.parse(readFileSync(join(directory, 'reference.json'), 'utf8')) : undefined;
  const lines = { event: 'Line Bought' };
  const formulas: readonly EventFormula[] = [
    { aggregate: 'distinct', of: 'basket', ...lines },
    { aggregate: 'sum', of: 'value', ...lines },
    { aggregate: 'count', ...lines },
    { aggregate: 'sum', of: 'coupon', ...lines },
    { aggregate: 'did', event: 'Coupon Redeemed' },
    { aggregate: 'share', of: 'department', is: 'GROCERY', weight: 'value', ...lines },
    { aggregate: 'share', of: 'brand', is: ['Private'], weight: 'value', ...lines },
    { aggregate: 'sum', of: 'value', ...lines, where: [{ path: 'brand', op: 'neq', value: '' }] },
  ];

  beforeAll(async () => {
    test = await startTestColumns();
    await test.addEvents(events());
    const { matrix, rows, cols } = await test.columns.store.matrix(
      featureStatement({
        ...{ workspaceId, asOf: Date.UTC(2018, 0, 1), timeZone: 'UTC', population: 'everyone' },
        definitions: formulas.map((formula, i) => ({ key: `f${i}`, label: 'Figure', unit: 'units', formula })),
      }),
    );
    columns = formulas.map((_, col) => Array.from({ length: rows }, (_row, row) => matrix[row * cols + col] as number));
  });

  afterAll(() => test.stop());

  const sum = (values: readonly number[] = []): number => values.reduce((a, b) => a + b, 0);
  const bought = (column: number): readonly number[] =>
    (columns[column] ?? []).filter((_, row) => (columns[2]?.[row] ?? 0) > 0);

  it.each([
    ['baskets', 0],
    ['spend', 1],
    ['lines', 2],
  ] as const)('describes the %s of a household as the reference does', (name, column) => {
    const values = [...bought(column)].sort((a, b) => a - b);
    const at = (q: number): number => {
      const place = q * (values.length - 1);
      const [low, high] = [values[Math.floor(place)] as number, values[Math.ceil(place)] as number];
      return low + (high - low) * (place - Math.floor(place));
    };
    const mean = sum(values) / values.length;
    const std = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
    const found = { count: values.length, mean, std, min: at(0), '25%': at(0.25), '50%': at(0.5), '75%': at(0.75) };
    for (const [key, value] of Object.entries({ ...found, max: at(1) })) {
      expect(value).toBeCloseTo(reference.per_household[name][key as keyof Described], 6);
    }
  });

  it('puts shares of departments and brands together to what they sold', () => {
    // A share is of what has a department: some lines are of no known product.
    const sold = (share: number): number => sum(bought(share).map((of, row) => (of || 0) * (bought(7)[row] ?? 0)));
    expect(sold(5)).toBeCloseTo(reference.sales_by_department_top10['GROCERY'] ?? NaN, 4);
    expect(sold(6)).toBeCloseTo(reference.sales_by_brand['Private'] ?? NaN, 4);
  });

  it('adds coupons up, and counts who redeemed any', () => {
    expect(sum(columns[3])).toBeCloseTo(reference.transactions.coupon_disc, 6);
    expect(sum(columns[4])).toBe(reference.campaigns.households_redeeming_any);
  });
});
