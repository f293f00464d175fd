import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kmedoids } from './kmedoids';
import { kmedoidsDefaults, type KmedoidsParams } from './kmedoids.params';

const params: KmedoidsParams = { ...kmedoidsDefaults, k: 4 };
const gower = (part: object): KmedoidsParams => ({
  ...params,
  dissimilarity: { kind: 'gower', categories: [], ...part },
});

estimatorContract(kmedoids, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    ...tooFewForClusters(params),
    { title: 'a missing value but for Gower', training: matrixOf([[1], [NaN]]), params, code: 'ML_NOT_FINITE' },
    { title: 'an infinite value', training: matrixOf([[1], [Infinity]]), params: gower({}), code: 'ML_NOT_FINITE' },
  ],
  badParams: [
    { ...params, k: 0 },
    { ...params, maxPasses: 0 },
    { ...params, samples: 0 },
    gower({ categories: [3] }),
    gower({ weights: [1, 1] }),
    gower({ weights: [0, 0, 0] }),
    gower({ weights: [1, -1, 1] }),
  ],
});
