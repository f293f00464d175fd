import { seededRandom } from '@kohort/kernel-clock-random';
import { hasDataSets, readColumns, readReference, zScored } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { onlineRetailRfm } from '../../test/online-retail-rfm';
import { chooseK } from './choose-k';
import { chooseKDefaults } from './choose-k.params';

const choose = (rows: readonly (readonly number[])[]) =>
  chooseK(matrixOf(rows), chooseKDefaults, { random: seededRandom(1) });
const mall = (names: readonly string[]) => readColumns('mall-customers/customers.csv.gz', names);

(hasDataSets ? describe : describe.skip)('the number of clusters of public data', () => {
  it('mall customers by income and spending: 5, clearly', async () => {
    const choice = await choose(mall(['Annual Income (k$)', 'Spending Score (1-100)']));
    expect(choice.k).toBe(5);
    expect(choice.warnings).toEqual([]);
    const reference = readReference<{ income_spending_unscaled: Record<string, { silhouette: number }> }>(
      'mall-customers',
    );
    for (const { k, silhouette } of choice.table.filter((score) => score.k <= 7)) {
      expect(silhouette).toBeCloseTo(reference.income_spending_unscaled[k]?.silhouette ?? NaN, 2);
    }
  });

  it('mall customers by age, income and spending: 6', async () => {
    const names = ['Age', 'Annual Income (k$)', 'Spending Score (1-100)'];
    expect((await choose(zScored(mall(names)))).k).toBe(6);
  });

  it('online retail RFM: not the trivial 2', async () => {
    const { rows } = onlineRetailRfm();
    expect((await choose(zScored(rows.map((row) => row.map(Math.log1p))))).k).toBe(4);
  });

  it.each([
    { name: 's1', planted: 15 },
    { name: 's4', planted: 15 },
    { name: 'a1', planted: 20 },
    { name: 'unbalance', planted: 8 },
  ])('$name: the planted number', async ({ name, planted }) => {
    expect((await choose(readColumns(`clustering-benchmarks/${name}.csv.gz`, ['x1', 'x2']))).k).toBe(planted);
  });

  it('iris: its three species, although two of them touch', async () => {
    const names = ['sepal_length_cm', 'sepal_width_cm', 'petal_length_cm', 'petal_width_cm'];
    expect((await choose(readColumns('clustering-benchmarks/iris.csv.gz', names))).k).toBe(3);
  });
});
