import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { bayesianMixture } from './bayesian-mixture/bayesian-mixture';
import { bayesianMixtureDefaults } from './bayesian-mixture/bayesian-mixture.params';
import { gaussianMixture } from './gaussian-mixture/gaussian-mixture';
import { gaussianMixtureDefaults } from './gaussian-mixture/gaussian-mixture.params';

/** The inputs that no mixture takes. */
function refusedBy<P extends object>(params: P, given: (labels: readonly number[]) => P) {
  const training: Matrix = clusterExample.example(1);
  return [
    ...tooFewForClusters(params),
    { title: 'a start of another length', training, params: given([0, 1]), code: 'ML_SHAPE' },
    { title: 'a start with a label beyond k', training, params: given(new Array(200).fill(99)), code: 'ML_SHAPE' },
  ];
}

const plain = { ...gaussianMixtureDefaults, k: 4 };
estimatorContract(gaussianMixture, {
  ...clusterExample,
  params: plain,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    ...refusedBy(plain, (labels) => ({ ...plain, start: { method: 'given' as const, labels } })),
    {
      title: 'columns that repeat each other, unregularised',
      training: matrixOf(Array.from({ length: 60 }, (_, i) => [i, (i * 7) % 60, 2 * i])),
      params: { ...plain, k: 2, regularisation: 0 },
      code: 'MIXTURE_SINGULAR',
    },
  ],
  badParams: [
    { ...plain, k: 0 },
    { ...plain, k: 1.5 },
    { ...plain, maxIterations: 0 },
    { ...plain, tolerance: -1 },
    { ...plain, regularisation: -1 },
    { ...plain, start: { method: 'k-means', restarts: 0 } },
  ],
});

const bayesian = { ...bayesianMixtureDefaults, k: 8 };
estimatorContract(bayesianMixture, {
  ...clusterExample,
  params: bayesian,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 0.95, shifted: 0.95, scaled: 0.95 },
  refused: refusedBy(bayesian, (labels) => ({ ...bayesian, start: { method: 'given' as const, labels } })),
  badParams: [
    { ...bayesian, k: 0 },
    { ...bayesian, concentration: 0 },
    { ...bayesian, maxIterations: 0 },
    { ...bayesian, start: { method: 'k-means', restarts: 0 } },
  ],
});
