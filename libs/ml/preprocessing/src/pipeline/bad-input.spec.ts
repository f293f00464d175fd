import { seededRandom } from '@kohort/kernel-clock-random';
import { goldenTable, tableCells } from '../../test/golden-table';
import { categoryColumn, featureTable, type FeatureTable } from '../feature-table';
import type { FitContext } from '../transformer/transformer';
import { transformerNamed } from './transformers';

const random = seededRandom(1);
const target = (values: number[]) => ({ kind: 'classes' as const, values: Float64Array.from(values) });
const letters = featureTable(4, [categoryColumn('letter', ['x', 'y', 'x', 'y'])]);
const fit = (use: string, table: FeatureTable, params: object = {}, context: FitContext = {}) =>
  transformerNamed(use).fit(table, params, context);

interface Refused {
  readonly title: string;
  readonly use: string;
  readonly table: FeatureTable;
  readonly params?: object;
  readonly context?: FitContext;
  readonly code: string;
  readonly details?: object;
}

const empty = goldenTable([
  [1, 2, 3],
  [null, null, null],
]);
const emptyColumn = { table: empty, code: 'PREPROCESSING_COLUMN_EMPTY', details: { column: 'c1' } };
const cases: readonly Refused[] = [
  ...['simple-imputer', 'iterative-imputer', 'standard-scaler', 'min-max-scaler', 'robust-scaler', 'power-transformer']
    .concat('quantile-transformer')
    .map((use) => ({ title: `${use}: a column without values`, use, ...emptyColumn })),
  { title: 'knn-imputer: a column without values', use: 'knn-imputer', params: { neighbours: 2 }, ...emptyColumn },
  {
    title: 'outlier-capper: a column without values',
    use: 'outlier-capper',
    params: { method: 'iqr' },
    ...emptyColumn,
  },
  { title: 'outlier-flags: a column without values', use: 'outlier-flags', params: { method: 'z' }, ...emptyColumn },
  {
    title: 'knn-imputer: k above the rows',
    use: 'knn-imputer',
    table: goldenTable([[1, null, 3]]),
    code: 'PREPROCESSING_TOO_FEW',
    details: { needed: 5, found: 3 },
  },
  {
    title: 'pca: more components than columns',
    use: 'pca',
    table: goldenTable([[1, 2, 3]]),
    params: { components: 2 },
    code: 'PREPROCESSING_TOO_FEW',
    details: { needed: 2, found: 1, of: 'columns' },
  },
  {
    title: 'pca: one row',
    use: 'pca',
    table: goldenTable([[1], [2]]),
    code: 'PREPROCESSING_TOO_FEW',
    details: { of: 'rows' },
  },
  {
    title: 'pca: nothing varies',
    use: 'pca',
    table: goldenTable([[2, 2, 2]]),
    code: 'PREPROCESSING_COLUMN_CONSTANT',
    details: { column: 'c0' },
  },
  {
    title: 'log: a value at or below −1',
    use: 'log-transformer',
    table: goldenTable([[3, -1]]),
    code: 'PREPROCESSING_DOMAIN',
    details: { column: 'c0', row: 1 },
  },
  {
    title: 'variance threshold: all columns constant',
    use: 'variance-threshold',
    table: goldenTable([[2, 2, 2]]),
    code: 'PREPROCESSING_NOTHING_LEFT',
  },
  {
    title: 'ordinal: a level outside the order',
    use: 'ordinal-encoder',
    table: letters,
    params: { order: { letter: ['x'] } },
    code: 'PREPROCESSING_UNSEEN_LEVEL',
    details: { column: 'letter', row: 1 },
  },
  { title: 'target: none', use: 'target-encoder', table: letters, code: 'PREPROCESSING_TARGET' },
  {
    title: 'target: of another length',
    use: 'target-encoder',
    table: letters,
    context: { target: target([1, 0]) },
    code: 'PREPROCESSING_TARGET',
  },
  {
    title: 'target: a third class',
    use: 'target-encoder',
    table: letters,
    context: { target: target([0, 1, 2, 0]) },
    code: 'PREPROCESSING_TARGET',
  },
  {
    title: 'target: more folds than rows',
    use: 'target-encoder',
    table: letters,
    context: { target: target([0, 1, 0, 1]), random },
    code: 'PREPROCESSING_TOO_FEW',
  },
  {
    title: 'target: no stream to draw folds from',
    use: 'target-encoder',
    table: letters,
    params: { folds: 2 },
    context: { target: target([0, 1, 0, 1]) },
    code: 'PREPROCESSING_RANDOM_ABSENT',
  },
  {
    title: 'mutual information: neighbours not below the rows',
    use: 'mutual-information',
    table: goldenTable([[1, 2, 3]]),
    params: { keep: 1 },
    context: { random, target: target([0, 1, 0]) },
    code: 'PREPROCESSING_TOO_FEW',
  },
  {
    title: 'mutual information: a missing number',
    use: 'mutual-information',
    table: goldenTable([[1, null, 3, 4, 5]]),
    params: { keep: 1 },
    context: { random, target: target([0, 1, 0, 1, 0]) },
    code: 'PREPROCESSING_MISSING_VALUE',
    details: { column: 'c0', row: 1 },
  },
  {
    title: 'isolation forest: one row',
    use: 'isolation-forest',
    table: goldenTable([[1]]),
    code: 'PREPROCESSING_TOO_FEW',
  },
  {
    title: 'mean of categories',
    use: 'simple-imputer',
    table: letters,
    params: { strategy: 'mean' },
    code: 'PREPROCESSING_COLUMN_KIND',
    details: { column: 'letter' },
  },
  {
    title: 'text put into numbers',
    use: 'simple-imputer',
    table: empty,
    params: { strategy: 'constant', value: 'none' },
    code: 'PREPROCESSING_PARAM',
  },
];

describe('bad input is refused by name', () => {
  it.each(cases.map((one) => [one.title, one] as const))(
    '%s',
    async (_title, { use, table, params, context, ...wanted }) => {
      const { code, details = {} } = wanted;
      await expect(fit(use, table, params, context)).rejects.toMatchObject({ code, details });
    },
  );

  it('a level not seen in fitting, by column and row', async () => {
    const { step } = await fit('one-hot-encoder', letters, { unseen: 'error' });
    const later = featureTable(2, [categoryColumn('letter', ['x', 'new'])]);
    const wanted = { code: 'PREPROCESSING_UNSEEN_LEVEL', details: { column: 'letter', row: 1 } };
    expect(() => step.transform(later)).toThrow(expect.objectContaining(wanted));
  });

  it('stops for an aborted signal', async () => {
    const table = goldenTable([
      [1, null, 3, 5],
      [2, 3, 4, 7],
    ]);
    const context = { signal: AbortSignal.abort(), random, target: target([0, 1, 0, 1]) };
    for (const [use, params] of [
      ['knn-imputer', { neighbours: 2 }],
      ['iterative-imputer', {}],
    ] as const) {
      await expect(fit(use, table, params, context)).rejects.toMatchObject({ kind: 'cancelled' });
    }
    const whole = goldenTable([[1, 2, 3, 5]]);
    for (const use of ['pca', 'isolation-forest']) {
      await expect(fit(use, whole, {}, context)).rejects.toMatchObject({ kind: 'cancelled' });
    }
  });
});

describe('constant columns', () => {
  const constant = goldenTable([[7, 7, 7]]);

  it.each([
    ['standard-scaler', {}, 0],
    ['min-max-scaler', { low: -1 }, -1],
    ['robust-scaler', {}, 0],
    ['quantile-transformer', {}, 0],
    ['power-transformer', {}, 0],
    ['outlier-capper', { method: 'z' }, 7],
    ['outlier-flags', { method: 'iqr' }, 0],
  ])('%s makes them one number, not NaN', async (use, params, wanted) => {
    const { table } = await fit(use, constant, params);
    const cells = tableCells(table).flat();
    expect(new Set(cells)).toEqual(new Set(use === 'power-transformer' ? cells.slice(0, 1) : [wanted]));
    expect(Math.abs((cells[0] ?? NaN) - wanted)).toBeLessThan(1e-12);
  });
});
