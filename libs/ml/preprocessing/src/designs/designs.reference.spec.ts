import { fitCategoryLevels, oneHot } from '../encoders/category-levels';
import { categoryColumn } from '../feature-table';
import { fitMedianImputer, imputeMedian } from '../imputers/median-imputer';
import { binOf, fitQuantileBins } from './quantile-bins';
import golden from './reference/designs.golden.json';
import { applyZScore, fitZScore } from '../scalers/z-score';

describe('column transforms against scikit-learn and numpy', () => {
  const values = Float64Array.from(golden.values, (value) => value ?? NaN);

  it('median imputation and z-score', () => {
    const imputer = fitMedianImputer(values);
    expect(imputer.median).toBeCloseTo(golden.median, 12);
    const filled = imputeMedian(imputer, values);
    const fitted = fitZScore(filled);
    expect(fitted.mean).toBeCloseTo(golden.mean, 12);
    expect(fitted.scale).toBeCloseTo(golden.scale, 12);
    applyZScore(fitted, filled).forEach((value, i) => expect(value).toBeCloseTo(golden.scored[i] ?? NaN, 12));
  });

  it('one-hot, with a level not seen in fitting', () => {
    const fitted = fitCategoryLevels(categoryColumn('c', golden.cells));
    expect(fitted.levels).toEqual(golden.levels);
    expect([...oneHot(fitted, categoryColumn('c', golden.unseen))]).toEqual(golden.oneHot);
  });

  it('quantile bins', () => {
    const many = Float64Array.from(golden.many);
    const fitted = fitQuantileBins(many, golden.bins);
    expect(fitted.edges).toHaveLength(golden.edges.length);
    fitted.edges.forEach((edge, i) => expect(edge).toBeCloseTo(golden.edges[i] ?? NaN, 12));
    expect([...many].map((value) => binOf(fitted, value))).toEqual(golden.binned);
  });
});
