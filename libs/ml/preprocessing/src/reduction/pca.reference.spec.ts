import { expectCells, goldenTable, tableCells } from '../../test/golden-table';
import { pca } from './pca';
import golden from './reference/pca.golden.json';

const inputs: Record<string, number[][]> = { tall: golden.tall, wide: golden.wide };

describe('PCA against scikit-learn', () => {
  const cases = golden.cases.flatMap((one) => (['svd', 'covariance'] as const).map((solver) => ({ ...one, solver })));

  it.each(cases.map((one) => [one.input, one.solver, JSON.stringify(one.params), one] as const))(
    '%s by %s %s',
    async (input, solver, _params, one) => {
      const table = goldenTable(inputs[input] ?? []);
      const params = pca.readParams({ ...one.params, solver });
      const { fitted, table: made } = await pca.fitTransform(table, params);
      expectCells([fitted.explainedVariance], [one.explainedVariance], golden.tolerance);
      expectCells([fitted.explainedShare], [one.explainedShare], golden.tolerance);
      expectCells(fitted.components, one.components, golden.tolerance);
      expectCells(tableCells(made), one.scores, golden.tolerance);
      expect(pca.transform(fitted, table)).toEqual(made);
      if (one.later) {
        expectCells(tableCells(pca.transform(fitted, goldenTable(golden.later))), one.later, golden.tolerance);
      }
    },
  );
});
