import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { hdbscan } from './hdbscan';
import { hdbscanDefaults } from './hdbscan.params';

const params = { ...hdbscanDefaults, minClusterSize: 15 };

estimatorContract(hdbscan, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 0.98, scaled: 1 },
  refused: [
    { title: 'fewer rows than minPoints', training: matrixOf([[1], [2], [3]]), params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'no rows', training: { data: new Float32Array(0), rows: 0, cols: 2 }, params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'no columns', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params, code: 'ML_SHAPE' },
    {
      title: 'values whose squares have no room',
      training: matrixOf([[1e20], [1], [2], [3], [4]]),
      params,
      code: 'ML_SHAPE',
    },
  ],
  badParams: [
    { ...params, minPoints: 0 },
    { ...params, minClusterSize: 1 },
    { ...params, minClusterSize: 2.5 },
  ],
});
