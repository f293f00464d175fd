import { seededRandom } from '@kohort/kernel-clock-random';
import { transformerContract, type TransformerSubject } from '../../test/transformer-contract';
import { categoryColumn, featureTable, type FeatureTable } from '../feature-table';
import { transformers } from './transformers';

function numbers(holes: boolean): FeatureTable {
  const random = seededRandom(9);
  const rows = 36;
  const base = Float64Array.from({ length: rows }, () => random.normal());
  const column = (name: string, value: (row: number) => number) => ({
    kind: 'numeric' as const,
    name,
    values: Float64Array.from({ length: rows }, (_, row) =>
      holes && (row + name.length) % 7 === 0 ? NaN : row === 5 ? 0 : value(row),
    ),
  });
  return featureTable(rows, [
    column('a', (row) => base[row] as number),
    column('bb', (row) => 3 * (base[row] as number) + random.normal()),
    column('ccc', () => Math.exp(random.normal())),
  ]);
}

function categories(): FeatureTable {
  const cells = Array.from({ length: 36 }, (_, row) => (row % 11 === 0 ? null : ['x', 'y', 'z'][row % 3]!));
  const other = Array.from({ length: 36 }, (_, row) => (row % 2 === 0 ? 'yes' : 'no'));
  return featureTable(36, [categoryColumn('letter', cells), categoryColumn('answer', other)]);
}

const withHoles = () => numbers(true);
const complete = () => numbers(false);
const subjects: Record<string, TransformerSubject> = {
  'simple-imputer': { example: withHoles, badParams: [{ strategy: 'guess' }, { strategy: 'mean', value: 3 }] },
  'knn-imputer': { example: withHoles, badParams: [{ neighbours: 0 }, { weights: 'age' }] },
  'iterative-imputer': { example: withHoles, params: { rounds: 3 }, badParams: [{ rounds: 0 }, { tolerance: -1 }] },
  'missing-indicator': { example: withHoles, badParams: [{ columns: 'none' }] },
  'outlier-capper': {
    example: withHoles,
    params: { method: 'quantile', low: 0.1, high: 0.9 },
    badParams: [{ method: 'quantile', low: 0.9, high: 0.1 }, { method: 'iqr', reach: 0 }, {}],
  },
  'standard-scaler': { example: withHoles, badParams: [{ centre: 1 }] },
  'min-max-scaler': { example: withHoles, badParams: [{ low: 1, high: 1 }] },
  'robust-scaler': {
    example: withHoles,
    badParams: [
      { low: 0.8, high: 0.2 },
      { low: 25, high: 75 },
    ],
  },
  'quantile-transformer': {
    example: withHoles,
    params: { output: 'normal', quantiles: 10 },
    badParams: [{ quantiles: 1 }],
  },
  'log-transformer': {
    example: () => {
      const { rows, columns } = withHoles();
      return { rows, columns: columns.slice(2) };
    },
    badParams: [{ base: 10 }],
  },
  'power-transformer': { example: withHoles, badParams: [{ standardise: 'yes' }] },
  'one-hot-encoder': {
    example: categories,
    badParams: [{ drop: 'last' }, { maxLevels: 0 }, { unseen: 'rare', rare: 'unseen' }],
  },
  'ordinal-encoder': { example: categories, badParams: [{ unseen: 'ignore' }, { order: { answer: ['yes', 'yes'] } }] },
  'target-encoder': { example: categories, badParams: [{ smooth: -1 }, { folds: 1 }], crossFits: true },
  'hashing-encoder': { example: categories, params: { width: 7 }, badParams: [{ width: 0 }] },
  pca: { example: complete, params: { components: 2 }, badParams: [{ components: 0 }, { components: 1, share: 0.5 }] },
  'column-selector': { example: categories, params: { columns: ['answer'] }, badParams: [{ columns: [] }, {}] },
  'variance-threshold': { example: withHoles, badParams: [{ threshold: -1 }] },
  'correlation-filter': { example: complete, badParams: [{ threshold: 2 }] },
  'mutual-information': { example: complete, params: { keep: 2 }, badParams: [{ keep: 0 }, {}] },
  'outlier-flags': { example: withHoles, params: { method: 'z', reach: 1 }, badParams: [{ method: 'eye' }] },
  'isolation-forest': { example: complete, params: { trees: 7 }, badParams: [{ trees: 0 }, { sample: 1 }] },
};

it('every transformer has a subject', () => {
  expect(Object.keys(subjects).sort()).toEqual(transformers.map(({ kind }) => kind).sort());
});

for (const maker of transformers) {
  const subject = subjects[maker.kind];
  if (subject !== undefined) transformerContract(maker, subject);
}
