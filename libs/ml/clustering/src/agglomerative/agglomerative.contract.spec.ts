import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { agglomerative } from './agglomerative';
import { agglomerativeDefaults, type AgglomerativeParams } from './agglomerative.params';

const params: AgglomerativeParams = { ...agglomerativeDefaults, cut: { by: 'k', k: 4 } };

estimatorContract(agglomerative, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: tooFewForClusters(params),
  badParams: [
    { ...params, cut: { by: 'k', k: 0 } },
    { ...params, cut: { by: 'height', height: -1 } },
    { ...params, mostRows: 1 },
    { ...params, microClusters: 5000 },
  ],
});
