import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { birch } from './birch';
import { birchDefaults } from './birch.params';

const params = { ...birchDefaults, threshold: 1, k: 4 };

estimatorContract(birch, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  // The threshold is a distance in units of the matrix: scaling is another question.
  leastAgreement: { permuted: 1, shifted: 1 },
  refused: tooFewForClusters(params),
  badParams: [
    { ...params, threshold: 0 },
    { ...params, branching: 1 },
    { ...params, k: 0 },
    { ...params, mostSubclusters: 1 },
  ],
});
