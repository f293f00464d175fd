import { expectCells, goldenTable, tableCells } from '../../test/golden-table';
import { fitBayesianRidge } from '../linear/bayesian-ridge';
import { transformerNamed } from '../pipeline/transformers';
import { iterativeImputer } from './iterative-imputer';
import { missingIndicator } from './missing-indicator';
import golden from './reference/imputers.golden.json';

const fitted = goldenTable(golden.fitted);
const later = goldenTable(golden.later);

describe('imputers against scikit-learn', () => {
  it.each(golden.cases.map((one) => [one.kind, JSON.stringify(one.params), one] as const))(
    '%s %s',
    async (kind, _params, one) => {
      const { step, table } = await transformerNamed(kind).fit(fitted, one.params, {});
      const byDistance = one.params.weights === 'distance' ? golden.distanceTolerance : golden.tolerance;
      const tolerance = kind === 'iterative-imputer' ? golden.iterativeTolerance : byDistance;
      expectCells(tableCells(table), one.fitted, tolerance);
      expectCells(tableCells(step.transform(later)), one.later, tolerance);
    },
  );

  it('the rounds of the model-based imputer end where they end there', async () => {
    const { rounds, converged } = await iterativeImputer.fit(fitted, {});
    expect({ rounds, converged }).toEqual({ rounds: golden.rounds, converged: true });
  });

  it('missing flags', async () => {
    const { fitted: state, table } = await missingIndicator.fitTransform(fitted, {});
    expect(state.columns).toEqual(golden.flagged.map((at) => `c${at}`));
    expect(tableCells(table)).toEqual(golden.flags);
  });

  it('Bayesian ridge regression', () => {
    const { columns, target, coefficients, intercept } = golden.ridge;
    const found = fitBayesianRidge(
      columns.map((column) => Float64Array.from(column)),
      Float64Array.from(target),
    );
    expectCells([[...found.coefficients, found.intercept]], [[...coefficients, intercept]], golden.iterativeTolerance);
  });
});
