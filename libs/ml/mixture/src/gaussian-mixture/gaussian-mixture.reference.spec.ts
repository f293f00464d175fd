import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { COVARIANCE_TYPES } from '../covariance/covariance-type';
import { gaussianMixture, mixtureProbabilities } from './gaussian-mixture';
import golden from './reference/gaussian-mixture.golden.json';

const gap = (got: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce(
    (most, value, at) => Math.max(most, Math.abs((got[at] as number) - value) / Math.max(1, Math.abs(value))),
    0,
  );

describe('mixtures of Gaussians against scikit-learn, from the same clustering', () => {
  it.each(golden.cases)('$name', async (example) => {
    const { data, rows, cols, k, tolerance, maxIterations, regularisation } = example;
    const covariance = COVARIANCE_TYPES.find((type) => type === example.covariance) ?? 'full';
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const start = { method: 'given', labels: example.start } as const;
    const params = { k, covariance, start, tolerance, maxIterations, regularisation };
    const fitted = await gaussianMixture.fit(matrix, params, { random: seededRandom(1) });
    const near = golden.tolerances.relative;
    expect(fitted).toMatchObject({ iterations: example.iterations, converged: example.converged });
    expect([...fitted.labels]).toEqual(example.labels);
    for (const part of ['weights', 'means', 'covariances'] as const) {
      expect(fitted[part]).toHaveLength(example[part].length);
      expect(gap(fitted[part], example[part])).toBeLessThan(near);
    }
    expect(gap([fitted.bic, fitted.aic], [example.bic, example.aic])).toBeLessThan(near);
    const first = { data: matrix.data.subarray(0, 6 * cols), rows: 6, cols };
    const shares = mixtureProbabilities(fitted, first);
    expect(gap(shares.probabilities, example.probabilities)).toBeLessThan(near);
    expect(gap(shares.logDensities, example.logDensities)).toBeLessThan(near);
  });
});
