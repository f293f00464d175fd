import { xgboostEngine } from '@kohort/ml-adapters';
import { hasDataSets } from '@kohort/ml-conformance';
import { dataTable } from '../../test/data-table';
import { propensityTable, type CsvTable } from './propensity-table';

/** Out-of-fold AUC at least; the reference figures of the data sets are beside each. */
const cases = [
  {
    path: 'telco-churn/customers.csv.gz',
    label: 'Churn',
    positive: 'Yes',
    id: 'customerID',
    logistic: 0.843,
    gbdt: 0.84,
  }, // .8452 .8340
  { path: 'online-shoppers/sessions.csv.gz', label: 'Revenue', positive: 'TRUE', logistic: 0.889, gbdt: 0.929 }, // .8927 .9298
  {
    path: 'marketing-campaign/customers.csv.gz',
    label: 'Response',
    positive: '1',
    id: 'ID',
    logistic: 0.893,
    gbdt: 0.903,
  }, // .8989 .9086
  {
    path: 'adult-census/people.csv.gz',
    label: 'income',
    positive: '>50K',
    logistic: 0.904,
    gbdt: 0.925,
    without: 'split',
  },
] as const;

(hasDataSets ? describe : describe.skip).each(cases)('the propensity command on $path', (example) => {
  const { label, positive } = example;
  const id = 'id' in example ? example.id : undefined;
  const left = new Set<string | undefined>([label, id, 'without' in example ? example.without : undefined]);

  let table: CsvTable;
  beforeAll(() => {
    table = dataTable(example.path);
  });

  it.each(['logistic', 'gbdt'] as const)('%s', async (model) => {
    const features = table.header.filter((name) => !left.has(name));
    const params = { label, positive, id, features, model };
    const { metrics, rows } = await propensityTable(table, params, { gbdt: xgboostEngine() });
    expect(rows).toHaveLength(table.rows.length);
    expect(metrics.auc).toBeGreaterThan(example[model]);
    expect(metrics.auc_low).toBeLessThan(metrics.auc);
    expect(metrics.auc_high).toBeGreaterThan(metrics.auc);
  });
});
