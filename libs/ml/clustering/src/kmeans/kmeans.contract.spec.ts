import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kmeans } from './kmeans';
import { kmeansDefaults } from './kmeans.params';

const params = { ...kmeansDefaults, k: 4 };

estimatorContract(kmeans, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    ...tooFewForClusters(params),
    {
      title: 'a start of another shape',
      training: clusterExample.example(1),
      params: { ...params, start: { method: 'given', centroids: [1, 2, 3] } },
      code: 'ML_SHAPE',
    },
    {
      title: 'values too large for float32 squares',
      training: matrixOf([[1e20], [1], [2], [3]]),
      params,
      code: 'ML_SHAPE',
    },
  ],
  badParams: [
    { ...params, k: 0 },
    { ...params, k: 2.5 },
    { ...params, maxIterations: 0 },
    { ...params, tolerance: -1 },
    { ...params, start: { method: 'k-means++', restarts: 0 } },
  ],
});
