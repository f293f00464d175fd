import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { bayesianMixture, bayesianMixtureProbabilities } from './bayesian-mixture';
import { bayesianMixtureDefaults } from './bayesian-mixture.params';

describe('a Bayesian mixture', () => {
  it('uses four of twelve components for four groups', async () => {
    const matrix = fourGroups(3);
    const truth = Array.from({ length: matrix.rows }, (_, i) => i % 4);
    for (const weightPrior of ['process', 'finite'] as const) {
      const params = { ...bayesianMixtureDefaults, k: 12, weightPrior, concentration: 1e-3 };
      const fitted = await bayesianMixture.fit(matrix, params, { random: seededRandom(2) });
      expect(fitted.used).toBe(4);
      expect(adjustedRandIndex(fitted.labels, truth)).toBe(1);
      expect(fitted.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect([...(await bayesianMixture.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    }
  });

  it('keeps more components the more is believed in them', async () => {
    const matrix = fourGroups(4);
    const used = async (concentration: number) => {
      const params = { ...bayesianMixtureDefaults, k: 8, weightPrior: 'finite' as const, concentration };
      return (await bayesianMixture.fit(matrix, params, { random: seededRandom(2) })).used;
    };
    expect(await used(1e3)).toBeGreaterThan(await used(1e-3));
  });

  it('is sure of rows amid a group', async () => {
    const matrix = fourGroups(5);
    const fitted = await bayesianMixture.fit(matrix, bayesianMixtureDefaults, { random: seededRandom(2) });
    const { probabilities } = bayesianMixtureProbabilities(fitted, {
      data: Float32Array.of(0, 0, 0),
      rows: 1,
      cols: 3,
    });
    expect(Math.max(...probabilities)).toBeGreaterThan(0.9);
  });
});
