import { seededRandom } from '@kohort/kernel-clock-random';
import { xgboostEngine } from '@kohort/ml-adapters';
import { propensityTable, type CsvTable } from './propensity-table';

const ROWS = 240;
const header = ['id', 'age', 'plan', 'joined', 'code', 'bought'];

/** Buyers are the old with a paid plan, mostly; every seventh age is blank. */
function shop(): CsvTable {
  const random = seededRandom(6);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const age = 18 + random.int(60);
    const plan = random.next() < 0.5 ? 'free' : 'paid';
    const z = (age - 48) / 8 + (plan === 'paid' ? 1.5 : -1.5);
    const bought = random.next() < 1 / (1 + Math.exp(-z)) ? 'yes' : 'no';
    const day = String(1 + random.int(28)).padStart(2, '0');
    return [`c${i}`, i % 7 === 0 ? ' ' : String(age), plan, `2024-01-${day}`, `token-${i}`, bought];
  });
  return { header, rows, lineOf: (row) => row + 2 };
}

const table = shop();
const params = { label: 'bought', positive: 'yes', id: 'id' };
const edited = (row: number, column: number, cell: string): CsvTable => ({
  ...table,
  rows: table.rows.map((cells, i) => (i === row ? cells.map((old, j) => (j === column ? cell : old)) : cells)),
});

describe('the propensity command', () => {
  it('answers every row in input order with a score of its fold', async () => {
    const result = await propensityTable(table, { ...params, model: 'logistic' }, {});
    expect(result.header).toEqual(['id', 'fold', 'score']);
    expect(result.rows.map(([id]) => id)).toEqual(table.rows.map(([id]) => id));
    expect(new Set(result.rows.map(([, fold]) => fold))).toEqual(new Set(['1', '2', '3', '4', '5']));
    expect(result.rows.every(([, , score]) => Number(score) > 0 && Number(score) < 1)).toBe(true);
    expect(result.metrics.auc).toBeGreaterThan(0.85);
    expect(Object.keys(result.metrics)).toEqual(['auc', 'auc_low', 'auc_high', 'log_loss', 'brier']);
    expect(result.input).toEqual({ rows: ROWS, columns: 6 });
    expect(result.params).toEqual({
      label: 'bought',
      positive: 'yes',
      id: 'id',
      features: ['age', 'plan', 'joined', 'code'],
      model: 'logistic',
      folds: 5,
    });
    expect(result.warnings).toEqual(['column "code" looks like an identifier (240 distinct values) and was left out']);
  });

  it('boosts by default, repeats itself by seed, and numbers rows without an id', async () => {
    const context = { gbdt: xgboostEngine() };
    const first = await propensityTable(
      table,
      { label: 'bought', positive: 'yes', features: ['age', 'plan'] },
      context,
    );
    expect(first.params).toMatchObject({ model: 'gbdt', id: null });
    expect(first.metrics.auc).toBeGreaterThan(0.8);
    expect(first.rows[3]?.[0]).toBe('4');
    const again = await propensityTable(
      table,
      { label: 'bought', positive: 'yes', features: ['age', 'plan'] },
      context,
    );
    expect(again).toEqual(first);
  });

  it('another seed deals other folds', async () => {
    const run = (seed: number): Promise<string[]> =>
      propensityTable(table, { ...params, model: 'logistic', seed }, {}).then(({ rows }) =>
        rows.map(([, fold]) => fold),
      );
    expect(await run(2)).not.toEqual(await run(3));
  });

  it('a label that is also a feature under another name is called out', async () => {
    const leaking: CsvTable = {
      ...table,
      header: [...header, 'copy'],
      rows: table.rows.map((row) => [...row, row[5] === 'yes' ? 'a' : 'b']),
    };
    const { warnings } = await propensityTable(leaking, { ...params, model: 'logistic' }, {});
    expect(warnings.join()).toContain('too good to be true');
  });

  it.each([
    ['PROPENSITY_TABLE_EMPTY', 'invalid-input', { ...table, rows: [] }, {}, 'no rows'],
    [
      'PROPENSITY_COLUMN_MISSING',
      'invalid-input',
      table,
      { label: 'sold' },
      'no column "sold" (label); columns are "id", "age"',
    ],
    ['PROPENSITY_COLUMN_MISSING', 'invalid-input', table, { features: ['age', 'x'] }, 'no column "x" (feature)'],
    ['PROPENSITY_COLUMN_MISSING', 'invalid-input', table, { id: 'x' }, 'no column "x" (id)'],
    ['PROPENSITY_COLUMN_TWICE_USED', 'invalid-input', table, { features: ['bought'] }, 'column "bought" is the label'],
    ['PROPENSITY_COLUMN_TWICE_USED', 'invalid-input', table, { id: 'bought' }, 'column "bought" is the label'],
    ['PROPENSITY_NO_FEATURES', 'invalid-input', table, { features: ['code'] }, 'no column is left'],
    ['PROPENSITY_POSITIVE_ABSENT', 'invalid-input', table, { positive: 'maybe' }, 'never holds "maybe"; it holds'],
    ['PROPENSITY_CELL_BLANK', 'invalid-input', edited(4, 5, ' '), {}, 'line 6, column "bought": the label is blank'],
    ['PROPENSITY_CELL_BLANK', 'invalid-input', edited(4, 0, ''), {}, 'line 6, column "id": the id is blank'],
    [
      'PROPENSITY_ID_REPEATED',
      'invalid-input',
      edited(4, 0, 'c1'),
      {},
      'line 6, column "id": the id was already used on line 3',
    ],
    [
      'PROPENSITY_ROW_WIDTH',
      'invalid-input',
      { ...table, rows: [...table.rows, ['x']] },
      {},
      'line 242: 1 cells, the header has 6',
    ],
    [
      'PROPENSITY_COLUMN_REPEATED',
      'invalid-input',
      { ...table, header: ['id', 'age', 'age', 'joined', 'code', 'bought'] },
      {},
      '"age"',
    ],
    ['PROPENSITY_BAD_PARAMETER', 'invalid-input', table, { folds: 1 }, 'folds is 1'],
    ['PROPENSITY_BAD_PARAMETER', 'invalid-input', table, { seed: 0.5 }, 'seed is 0.5'],
    [
      'PROPENSITY_ONE_CLASS',
      'unsuitable-data',
      { ...table, rows: table.rows.map((row) => [...row.slice(0, 5), 'yes']) },
      {},
      'in all 240 rows',
    ],
    [
      'PROPENSITY_TOO_FEW_ROWS',
      'unsuitable-data',
      { ...table, rows: table.rows.slice(0, 6) },
      {},
      '5 folds need at least 5 rows',
    ],
    ['PROPENSITY_ENGINE_MISSING', 'configuration', table, { model: 'gbdt' as const }, 'no engine is installed'],
  ])('%s (%s)', async (code, kind, bad, change, text) => {
    const failing = propensityTable(bad, { ...params, model: 'logistic', ...change }, {});
    await expect(failing).rejects.toMatchObject({ code, kind, message: expect.stringContaining(text) });
  });
});
