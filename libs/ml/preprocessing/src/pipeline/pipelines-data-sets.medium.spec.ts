import { hasDataSets } from '@kohort/ml-conformance';
import { dataSet } from '../../test/data-set';
import { numericColumn, takeRows, type FeatureTable } from '../feature-table';
import { denseMatrix } from '../transformer/dense-matrix';
import { pipeline, type PipelineParams } from './pipeline';
import { pipelineMatrix } from './pipeline-matrix';
import golden from './reference/pipelines.golden.json';

interface Told {
  readonly sum: number;
  readonly squares: number;
  readonly shown: readonly number[];
}

function expectColumns(table: FeatureTable, wanted: Record<string, Told>): void {
  const wrong = Object.entries(wanted).flatMap(([name, told]) => {
    const { values } = numericColumn(table, name);
    const found = [
      values.reduce((sum, value) => sum + value, 0),
      values.reduce((sum, value) => sum + value * value, 0),
      ...golden.shown.map((row) => values[row] ?? NaN),
    ];
    const size = Math.max(1, told.squares);
    const right = [told.sum, told.squares, ...told.shown];
    const scales = [size, size, ...told.shown.map((value) => Math.max(1, Math.abs(value)))];
    const errors = found.map((value, i) => Math.abs(value - (right[i] ?? NaN)) / (scales[i] ?? 1));
    return errors.every((error) => error <= golden.tolerance) ? [] : [{ name, errors }];
  });
  expect(wrong).toEqual([]);
}

const telcoCategories = [
  ...['gender', 'SeniorCitizen', 'Partner', 'Dependents', 'PhoneService', 'MultipleLines', 'InternetService'],
  ...['OnlineSecurity', 'OnlineBackup', 'DeviceProtection', 'TechSupport', 'StreamingTV', 'StreamingMovies'],
  ...['Contract', 'PaperlessBilling', 'PaymentMethod'],
];

(hasDataSets ? describe : describe.skip)('whole pipelines against scikit-learn', () => {
  it('telco: impute, flag, shape, scale, one-hot, components', async () => {
    const table = dataSet(
      'telco-churn/customers.csv.gz',
      ['tenure', 'MonthlyCharges', 'TotalCharges'],
      telcoCategories,
    );
    const steps: PipelineParams['steps'] = [
      { use: 'missing-indicator', columns: 'numeric', keep: true },
      { use: 'simple-imputer', columns: ['tenure', 'MonthlyCharges', 'TotalCharges'] },
      { use: 'power-transformer', columns: ['MonthlyCharges', 'TotalCharges'] },
      { use: 'standard-scaler', columns: ['tenure'] },
      { use: 'one-hot-encoder', columns: 'category', params: { unseen: 'error' } },
    ];
    const { fitted, table: made } = await pipeline.fitTransform(table, { steps });
    expect(made.columns).toHaveLength(Object.keys(golden.telco.columns).length);
    expectColumns(made, golden.telco.columns);
    const again = pipelineMatrix(pipeline.parse(pipeline.serialise(fitted)), table);
    expect(Buffer.from(again.data.buffer).equals(Buffer.from(denseMatrix(made).data.buffer))).toBe(true);
    const plan = pipeline.outputs(fitted).find(({ name }) => name === 'Contract=Two year');
    expect(plan).toEqual({ name: 'Contract=Two year', sources: ['Contract'], level: 'Two year' });

    const flagless = { use: 'column-selector', params: { action: 'drop', columns: ['TotalCharges is missing'] } };
    const more = [...steps, flagless, { use: 'pca', params: { components: 10 } }];
    const reduced = await pipeline.fitTransform(table, { steps: more });
    expectColumns(reduced.table, golden.telco.components);
    expect(pipeline.outputs(reduced.fitted)[0]?.sources).toHaveLength(table.columns.length);
  });

  it('adult: learned on training rows, applied to the rest from its stored text', async () => {
    const numbers = ['age', 'fnlwgt', 'education_num', 'capital_gain', 'capital_loss', 'hours_per_week'];
    const categories = ['workclass', 'education', 'occupation', 'native_country', 'sex'];
    const all = dataSet('adult-census/people.csv.gz', numbers, [...categories, 'split']);
    const split = all.columns.find(({ name }) => name === 'split');
    const isTrain = (row: number) => split?.kind === 'category' && split.levels[split.codes[row] ?? -1] === 'train';
    const holed = {
      rows: all.rows,
      columns: all.columns.slice(0, -1).map((column) => {
        if (column.kind !== 'numeric' || column.name !== 'age') return column;
        return { ...column, values: column.values.map((value, row) => (row % 50 === 7 ? NaN : value)) };
      }),
    };
    const rows = Array.from({ length: all.rows }, (_, row) => row);
    const train = takeRows(holed, rows.filter(isTrain).slice(0, 2000));
    const later = takeRows(
      holed,
      rows.filter((row) => !isTrain(row)),
    );
    const steps: PipelineParams['steps'] = [
      { use: 'knn-imputer', columns: numbers, params: { neighbours: 7 } },
      { use: 'quantile-transformer', columns: numbers, params: { quantiles: 500, output: 'normal' } },
      { use: 'ordinal-encoder', columns: 'category', params: { unseen: 'value' } },
    ];
    const text = pipeline.serialise(await pipeline.fit(train, { steps }));
    const made = pipeline.transform(pipeline.parse(text), later);
    expect(made.rows).toBe(16_281);
    expectColumns(made, golden.adult.columns);
  });
});
