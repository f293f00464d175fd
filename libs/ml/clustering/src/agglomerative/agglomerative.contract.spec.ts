import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { agglomerative } from './agglomerative';
import { agglomerativeDefaults, type AgglomerativeParams } from './agglomerative.params';

const params: AgglomerativeParams = { ...agglomerativeDefaults, cut: { by: 'k', k: 4 } };

estimatorContract(agglomerative, {
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
    { ...params, cut: { by: 'k', k: 0 } },
    { ...params, cut: { by: 'height', height: -1 } },
    { ...params, mostRows: 1 },
    { ...params, microClusters: 5000 },
  ],
});
