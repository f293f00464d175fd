import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kprototypes } from './kprototypes';
import { kprototypesDefaults } from './kprototypes.params';

const params = { ...kprototypesDefaults, k: 4 };

estimatorContract(kprototypes, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    ...tooFewForClusters(params),
    { title: 'an infinite value', training: matrixOf([[1], [2], [3], [Infinity]]), params, code: 'ML_NOT_FINITE' },
  ],
  badParams: [
    { ...params, k: 0 },
    { ...params, maxIterations: 0 },
    { ...params, categories: [3] },
    { ...params, gamma: -1 },
    { ...params, weights: [1, 1] },
    { ...params, weights: [0, 0, 0] },
    { ...params, start: { method: 'spread', restarts: 0 } },
    { ...params, start: { method: 'rows', rows: [0, 1, 2, 200] } },
  ],
});
