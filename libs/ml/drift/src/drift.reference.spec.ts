import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { jensenShannon, populationStability } from './divergences';
import { kolmogorovSmirnovTest } from './kolmogorov-smirnov';
import { maximumMeanDiscrepancy } from './maximum-mean-discrepancy';
import golden from './reference/drift.golden.json';
import { wassersteinDistance } from './wasserstein';

const near = (found: number, wanted: number): void => {
  // Relative for the tails: a p-value of 1e-20 is not 0.
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(golden.tolerance.all * Math.max(Math.abs(wanted), 1e-300));
};

describe('measures of drift against SciPy', () => {
  it.each(golden.pairs)('samples: $name', ({ before, after, ks, p, wasserstein }) => {
    const found = kolmogorovSmirnovTest(before, after);
    near(found.distance, ks);
    near(found.pValue, p);
    expect(found.method).toBe('exact');
    near(wassersteinDistance(before, after), wasserstein);
    near(wassersteinDistance(after, before), wasserstein);
  });

  it.each(golden.counts)('counts: $name', ({ before, after, jensenShannon: divergence, psi }) => {
    near(jensenShannon(before, after), divergence);
    near(populationStability(before, after), psi);
  });

  it.each(golden.mmd)('rows: $name', async ({ before, after, cols, gamma, squared }) => {
    const matrix = (values: number[]): Matrix => ({
      data: Float32Array.from(values),
      rows: values.length / cols,
      cols,
    });
    const options = { random: seededRandom(1), gamma, permutations: 5 };
    const found = await maximumMeanDiscrepancy(matrix(before), matrix(after), options);
    expect(Math.abs(found.squared - squared)).toBeLessThanOrEqual(golden.tolerance.all);
  });
});
