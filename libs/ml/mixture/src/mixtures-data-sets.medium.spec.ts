import { seededRandom } from '@kohort/kernel-clock-random';
import { hasDataSets, plantedSet, readReference, zScored } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { bayesianMixture } from './bayesian-mixture/bayesian-mixture';
import { bayesianMixtureDefaults } from './bayesian-mixture/bayesian-mixture.params';
import { gaussianMixture } from './gaussian-mixture/gaussian-mixture';
import { gaussianMixtureDefaults } from './gaussian-mixture/gaussian-mixture.params';

type Results = Record<
  string,
  { true_clusters: number; gaussian_mixture: { ari: number; log_likelihood_per_row: number } }
>;

const sets = [
  { name: 's1', restarts: 5 },
  { name: 's2', restarts: 5 },
  { name: 's3', restarts: 5 },
  { name: 's4', restarts: 10 },
  { name: 'unbalance', restarts: 5 },
  { name: 'iris', restarts: 5 },
  { name: 'wine_zscored', restarts: 10 },
] as const;

(hasDataSets ? describe : describe.skip)('mixtures on planted clusters, against recomputed results', () => {
  it.each(sets)('$name: likelihood and agreement with the truth', async ({ name, restarts }) => {
    const reference = readReference<Results>('clustering-benchmarks')[name];
    const [file = '', scaled] = name.split('_');
    const { points, matrix: plain, truth } = plantedSet(file);
    const matrix = scaled ? matrixOf(zScored(points)) : plain;
    const k = new Set(truth).size;
    const start = { method: 'k-means', restarts } as const;
    const fitted = await gaussianMixture.fit(
      matrix,
      { ...gaussianMixtureDefaults, k, start },
      { random: seededRandom(1) },
    );
    const perRow = fitted.logLikelihood / matrix.rows;
    expect(perRow).toBeGreaterThan((reference?.gaussian_mixture.log_likelihood_per_row ?? 0) - 2e-3);
    expect(adjustedRandIndex(truth, fitted.labels)).toBeGreaterThan((reference?.gaussian_mixture.ari ?? 1) - 5e-3);
  });

  it('unbalance: a Bayesian mixture of at most 20 components uses the eight', async () => {
    const { points, truth } = plantedSet('unbalance');
    const matrix = matrixOf(zScored(points));
    const params = { ...bayesianMixtureDefaults, k: 20, concentration: 1e-4, maxIterations: 500 };
    const fitted = await bayesianMixture.fit(matrix, params, { random: seededRandom(1) });
    expect(fitted.used).toBeLessThanOrEqual(10);
    expect(adjustedRandIndex(truth, fitted.labels)).toBeGreaterThan(0.99);
  });
});
