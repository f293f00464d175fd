import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { COVARIANCE_TYPES } from '../covariance/covariance-type';
import { digamma, logGamma } from '../special-functions';
import { bayesianMixture, bayesianMixtureProbabilities } from './bayesian-mixture';
import { bayesianMixtureDefaults } from './bayesian-mixture.params';
import golden from './reference/bayesian-mixture.golden.json';

const gap = (got: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce(
    (most, value, at) => Math.max(most, Math.abs((got[at] as number) - value) / Math.max(1, Math.abs(value))),
    0,
  );

describe('Bayesian mixtures against scikit-learn, from the same clustering', () => {
  it.each(golden.cases)('$name', async (example) => {
    const { data, rows, cols, k, concentration } = example;
    const covariance = COVARIANCE_TYPES.find((type) => type === example.covariance) ?? 'full';
    const weightPrior = example.weightPrior === 'finite' ? ('finite' as const) : ('process' as const);
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const start = { method: 'given', labels: example.start } as const;
    const params = { ...bayesianMixtureDefaults, k, covariance, weightPrior, start, maxIterations: 200 };
    const given = concentration === null ? params : { ...params, concentration };
    const fitted = await bayesianMixture.fit(matrix, given, { random: seededRandom(1) });
    const near = golden.tolerances.relative;
    const { iterations, converged, used } = example;
    expect(fitted).toMatchObject({ iterations, converged, used });
    expect([...fitted.labels]).toEqual(example.labels);
    for (const part of ['weights', 'means', 'covariances'] as const) {
      expect(fitted[part]).toHaveLength(example[part].length);
      expect(gap(fitted[part], example[part])).toBeLessThan(near);
    }
    expect(gap([fitted.lowerBound], [example.lowerBound])).toBeLessThan(near);
    const first = { data: matrix.data.subarray(0, 6 * cols), rows: 6, cols };
    expect(gap(bayesianMixtureProbabilities(fitted, first).probabilities, example.probabilities)).toBeLessThan(near);
  });

  it.each(golden.special)('the digamma and log gamma functions at $x', (point) => {
    expect(gap([digamma(point.x), logGamma(point.x)], [point.digamma, point.logGamma])).toBeLessThan(
      golden.tolerances.special,
    );
  });
});
