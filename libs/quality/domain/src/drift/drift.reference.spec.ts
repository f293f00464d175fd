import { QuantileSketch, type Distribution } from '../profile/quantile-sketch';
import { chiSquareTail, chiSquareTest } from '@kohort/ml-drift';
import { jensenShannon } from '@kohort/ml-drift';
import { kolmogorovSmirnov } from './kolmogorov-smirnov';
import golden from './reference/drift.golden.json';

function distributionOf(values: readonly number[]): Distribution {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value, 1);
  const distribution = sketch.distribution();
  if (!distribution) throw new Error('no values');
  return distribution;
}

describe('drift measures against SciPy', () => {
  it.each(golden.ks)('Kolmogorov–Smirnov %#', ({ before, after, distance, pValue }) => {
    const result = kolmogorovSmirnov(distributionOf(before), distributionOf(after));
    expect(result.distance).toBeCloseTo(distance, 12);
    expect(result.pValue).toBeCloseTo(pValue, 9);
  });

  it.each(golden.categories)(
    'chi-square and Jensen–Shannon %#',
    ({ before, after, statistic, df, pValue, ...wanted }) => {
      expect(jensenShannon(before, after)).toBeCloseTo(wanted.jensenShannon, 12);
      const result = chiSquareTest(before, after);
      expect(result?.statistic).toBeCloseTo(statistic, 9);
      expect(result?.df).toBe(df);
      expect(result?.pValue).toBeCloseTo(pValue, 12);
    },
  );

  it.each(golden.tails)('tail of chi-square at $x with $df degrees', ({ x, df, tail }) => {
    const ours = chiSquareTail(x, df);
    expect(Math.abs(ours - tail)).toBeLessThanOrEqual(1e-11 * Math.max(tail, 1e-3));
  });
});
