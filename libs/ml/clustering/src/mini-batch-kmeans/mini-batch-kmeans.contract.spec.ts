import { clusterExample, estimatorContract, tooFewForClusters } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { miniBatchKmeans } from './mini-batch-kmeans';
import { miniBatchKmeansDefaults } from './mini-batch-kmeans.params';

const params = { ...miniBatchKmeansDefaults, k: 4, batches: 20 };

estimatorContract(miniBatchKmeans, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: tooFewForClusters(params),
  badParams: [
    { ...params, k: 0 },
    { ...params, batchRows: 0 },
    { ...params, batches: 1.5 },
    { ...params, restarts: 0 },
    { ...params, fullRounds: 0 },
  ],
});
