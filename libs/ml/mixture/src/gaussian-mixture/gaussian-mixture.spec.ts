import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { COVARIANCE_TYPES } from '../covariance/covariance-type';
import { chooseMixture } from './choose-mixture';
import { gaussianMixture, mixtureProbabilities } from './gaussian-mixture';
import { gaussianMixtureDefaults, type GaussianMixtureParams } from './gaussian-mixture.params';

const control = () => ({ random: seededRandom(3) });
const from = (labels: readonly number[], more: Partial<GaussianMixtureParams> = {}): GaussianMixtureParams => ({
  ...gaussianMixtureDefaults,
  k: Math.max(...labels) + 1,
  start: { method: 'given', labels },
  regularisation: 0,
  ...more,
});
const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Math.round(value * 1e9) / 1e9);

describe('a mixture of Gaussians', () => {
  it('is computed by hand: one component is the mean and the covariance of the rows', async () => {
    const matrix = matrixOf([
      [0, 0],
      [2, 0],
      [0, 4],
      [2, 8],
    ]);
    const one = [0, 0, 0, 0];
    const covariances: Record<string, number[]> = {
      full: [1, 1, 1, 11],
      tied: [1, 1, 1, 11],
      diagonal: [1, 11],
      spherical: [6],
    };
    for (const covariance of COVARIANCE_TYPES) {
      const fitted = await gaussianMixture.fit(matrix, from(one, { covariance }), control());
      expect(rounded(fitted.means)).toEqual([1, 3]);
      expect(rounded(fitted.covariances)).toEqual(covariances[covariance]);
      expect(fitted).toMatchObject({ converged: true, sizes: [4], collapsed: [] });
    }
    const spherical = await gaussianMixture.fit(matrix, from(one, { covariance: 'spherical' }), control());
    const expected = -4 * (Math.log(2 * Math.PI) + Math.log(6)) - (4 * 1 + 9 + 9 + 1 + 25) / 12;
    expect(spherical.logLikelihood).toBeCloseTo(expected, 9);
    expect(spherical.bic).toBeCloseTo(3 * Math.log(4) - 2 * expected, 9);
    expect(spherical.aic).toBeCloseTo(6 - 2 * expected, 9);
  });

  it('never lowers the likelihood from round to round', async () => {
    const matrix = fourGroups(5);
    const labels = Array.from({ length: matrix.rows }, (_, i) => (i * i + (i % 3)) % 4);
    for (const covariance of COVARIANCE_TYPES) {
      let before = -Infinity;
      for (let maxIterations = 1; maxIterations <= 8; maxIterations += 1) {
        const params = from(labels, { covariance, maxIterations, tolerance: 0 });
        const { logLikelihood } = await gaussianMixture.fit(matrix, params, control());
        expect(logLikelihood).toBeGreaterThanOrEqual(before - 1e-6);
        before = logLikelihood;
      }
    }
  });

  it('answers the training labels for the training rows, and shares that sum to one', async () => {
    const matrix = fourGroups(6);
    const fitted = await gaussianMixture.fit(matrix, gaussianMixtureDefaults, control());
    expect([...(await gaussianMixture.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    const { probabilities, logDensities } = mixtureProbabilities(fitted, matrix);
    for (let i = 0; i < matrix.rows; i += 1) {
      const row = [...probabilities.subarray(i * 4, i * 4 + 4)];
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(row.indexOf(Math.max(...row))).toBe(fitted.labels[i]);
    }
    expect(logDensities.reduce((sum, log) => sum + log, 0)).toBeCloseTo(fitted.logLikelihood, 6);
    const far = mixtureProbabilities(fitted, matrixOf([[500, 500, 500]]));
    expect(far.logDensities[0]).toBeLessThan(Math.min(...logDensities) - 1000);
  });

  it('names a component that sits on repeated rows, and a singular one where nothing holds it up', async () => {
    const rows = [...new Array(10).fill([5, 5]), ...Array.from({ length: 10 }, (_, i) => [i, (i * 3) % 10])];
    const labels = rows.map((_, i) => (i < 10 ? 0 : 1));
    const held = await gaussianMixture.fit(matrixOf(rows), from(labels, { regularisation: 1e-6 }), control());
    expect(held.collapsed).toEqual([0]);
    await expect(gaussianMixture.fit(matrixOf(rows), from(labels), control())).rejects.toMatchObject({
      code: 'MIXTURE_SINGULAR',
      kind: 'unsuitable-data',
      message: expect.stringMatching(/component 0 is singular at column 0 \(10 rows/),
    });
    const tied = from(labels, { covariance: 'tied' });
    const copied = matrixOf(rows.map(([a]) => [a, a]));
    await expect(gaussianMixture.fit(copied, tied, control())).rejects.toThrow(/all \(tied\) is singular at column 1/);
  });

  it('keeps the best of its starts and reports each', async () => {
    const random = seededRandom(4);
    const matrix = matrixOf(Array.from({ length: 240 }, (_, i) => [(i % 8) * 6 + random.normal(), random.normal()]));
    const seen: number[] = [];
    const fit = (restarts: number, onProgress?: (progress: { done: number }) => void) =>
      gaussianMixture.fit(
        matrix,
        { ...gaussianMixtureDefaults, k: 8, start: { method: 'k-means', restarts } },
        { ...control(), ...(onProgress ? { onProgress } : {}) },
      );
    const [one, many] = [await fit(1), await fit(6, ({ done }) => seen.push(done))];
    expect(many.logLikelihood).toBeGreaterThanOrEqual(one.logLikelihood - 1e-9);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('stops between rounds when asked to', async () => {
    const stop = new AbortController();
    const matrix = fourGroups(7);
    const labels = Array.from({ length: matrix.rows }, (_, i) => i % 4);
    const fitting = gaussianMixture.fit(matrix, from(labels, { tolerance: 0, maxIterations: 1e5 }), {
      ...control(),
      signal: stop.signal,
    });
    setImmediate(() => stop.abort());
    await expect(fitting).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('chooseMixture', () => {
  const choices = { criterion: 'bic', params: gaussianMixtureDefaults } as const;

  it('finds four planted groups and their simple shape', async () => {
    const choice = await chooseMixture(
      fourGroups(8),
      { ...choices, ks: [2, 3, 4, 5, 6], covariances: ['spherical', 'full'] },
      control(),
    );
    expect(choice.best).toMatchObject({ k: 4, covariance: 'spherical' });
    expect(choice.scores).toHaveLength(10);
  });

  it('lists what the data do not allow', async () => {
    const matrix: Matrix = matrixOf([[1], [2], [9]]);
    const choice = await chooseMixture(matrix, { ...choices, ks: [1, 4], covariances: ['diagonal'] }, control());
    expect(choice.refused).toEqual([{ k: 4, covariance: 'diagonal', code: 'ML_TOO_FEW_ROWS' }]);
    expect(choice.best?.k).toBe(1);
  });
});
