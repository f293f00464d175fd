import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { miniBatchKmeans } from './mini-batch-kmeans';
import { miniBatchKmeansDefaults } from './mini-batch-kmeans.params';

const params = { ...miniBatchKmeansDefaults, k: 4, batches: 20 };

estimatorContract(miniBatchKmeans, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    { title: 'k > n', training: matrixOf([[1], [2], [3]]), params, code: 'ML_TOO_FEW_ROWS' },
    {
      title: 'rows that are all alike',
      training: matrixOf(new Array(9).fill([1, 2])),
      params,
      code: 'ML_TOO_FEW_ROWS',
    },
    { title: 'no rows', training: { data: new Float32Array(0), rows: 0, cols: 2 }, params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'no columns', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params, code: 'ML_SHAPE' },
  ],
  badParams: [
    { ...params, k: 0 },
    { ...params, batchRows: 0 },
    { ...params, batches: 1.5 },
    { ...params, restarts: 0 },
    { ...params, fullRounds: 0 },
  ],
});
