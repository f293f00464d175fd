import { expectCells, goldenTable, tableCells } from '../../test/golden-table';
import { transformerNamed } from '../pipeline/transformers';
import { logTransformer } from './log-transformer';
import { normalQuantile } from './normal-quantile';
import { powerTransformer } from './power-transformer';
import golden from './reference/scalers.golden.json';

const fitted = goldenTable(golden.fitted);
const later = goldenTable(golden.later);

describe('scalers against scikit-learn', () => {
  it.each(golden.cases.map((one) => [one.kind, JSON.stringify(one.params), one] as const))(
    '%s %s',
    async (kind, _params, one) => {
      const { step, table } = await transformerNamed(kind).fit(fitted, one.params, {});
      const tolerance = kind === 'power-transformer' ? golden.powerTolerance : golden.tolerance;
      expectCells(tableCells(table), one.fitted, tolerance);
      expectCells(tableCells(step.transform(later)), one.later, tolerance);
    },
  );

  it('the exponents of Yeo-Johnson', async () => {
    const wanted = golden.cases.find(({ kind }) => kind === 'power-transformer')?.lambdas ?? [];
    const { columns } = await powerTransformer.fit(fitted, {});
    expectCells([columns.map((column) => column.fitted.lambda)], [wanted], golden.powerTolerance);
  });

  it('logarithms and normal quantiles', async () => {
    const positive = goldenTable(golden.later.map((cells) => cells.map((cell) => cell && Math.abs(cell))));
    const { table } = await logTransformer.fitTransform(positive, {});
    expectCells(tableCells(table), golden.logs, golden.tolerance);
    expectCells([golden.probabilities.map(normalQuantile)], [golden.normal], 1e-12);
  });
});
