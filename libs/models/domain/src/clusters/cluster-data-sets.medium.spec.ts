import { hasDataSets, readReference } from '@kohort/ml-conformance';
import { dataTable } from '../../test/data-table';
import { runClusterCommand } from './cluster-file';

(hasDataSets ? describe : describe.skip)('kohort cluster on public data', () => {
  const mall = { id: 'CustomerID', features: ['Annual Income (k$)', 'Spending Score (1-100)'] };

  it('mall customers, k = 5: the published inertia, silhouette and sizes', async () => {
    const { metrics, warnings, sheets } = await runClusterCommand(dataTable('mall-customers/customers.csv.gz'), {
      ...mall,
      k: 5,
    });
    expect(metrics.inertia).toBeCloseTo(44448.46, 1);
    expect(metrics.silhouette).toBeCloseTo(0.5539, 4);
    expect(metrics.sizes).toEqual([81, 39, 35, 23, 22]);
    expect(warnings).toEqual([]);
    expect(sheets.map(({ name }) => name)).toEqual([
      'Average annual income and spending score',
      'High annual income and spending score',
      'High annual income, low spending score',
      'Low annual income and spending score',
      'Low annual income, high spending score',
    ]);
  });

  it('mall customers, k chosen: 5 for every seed', async () => {
    const table = dataTable('mall-customers/customers.csv.gz');
    for (const seed of [1, 2, 3, 7, 42]) {
      const { metrics, reasons } = await runClusterCommand(table, { ...mall, k: 'auto', seed });
      expect(metrics.k).toBe(5);
      expect(reasons[0]).toContain('5 clusters separate best');
    }
  });

  it('planted sets, k given: the reference inertia', async () => {
    type Results = Record<string, { kmeans: { inertia: number; silhouette: number } }>;
    const reference = readReference<Results>('clustering-benchmarks');
    for (const { name, k } of [
      { name: 's1', k: 15 },
      { name: 'a1', k: 20 },
      { name: 'unbalance', k: 8 },
    ]) {
      const table = dataTable(`clustering-benchmarks/${name}.csv.gz`);
      const { metrics } = await runClusterCommand(table, { features: ['x1', 'x2'], k });
      const wanted = reference[name]?.kmeans ?? { inertia: NaN, silhouette: NaN };
      expect(metrics.inertia / wanted.inertia).toBeCloseTo(1, 4);
      expect(metrics.silhouette).toBeCloseTo(wanted.silhouette, 3);
    }
  });

  it('marketing campaign, numbers and words: shares of words add up, and a person is told in words', async () => {
    const table = dataTable('marketing-campaign/customers.csv.gz');
    const { metrics, sheets, explanations, warnings } = await runClusterCommand(table, {
      ...{ id: 'ID', features: ['Income', 'MntWines'], categories: ['Education', 'Marital_Status'] },
      ...{
        algorithm: 'kprototypes',
        params: { gamma: '3' },
        k: 4,
        scale: 'auto',
        missing: 'median',
        explain: ['5524'],
      },
    });
    expect(metrics.sizes.reduce((a, b) => a + b, 0)).toBe(2240);
    expect(warnings.join(' ')).toContain('"Income": 24 missing values');
    const column = table.header.indexOf('Education');
    const graduates = table.rows.filter((row) => row[column] === 'Graduation').length;
    const told = sheets.flatMap(({ categories = [] }) => categories).filter(({ word }) => word === 'Graduation');
    expect(told.length).toBeGreaterThan(0);
    for (const { shareOfPeople } of told) expect(shareOfPeople).toBeCloseTo(graduates / 2240, 9);
    expect(sheets.some(({ name }) => /mostly (education|marital status)/i.test(name))).toBe(true);
    expect(explanations[0]?.reasons.map(({ value }) => typeof value)).toContain('string');
  });
});
