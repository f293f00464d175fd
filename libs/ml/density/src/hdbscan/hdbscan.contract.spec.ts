import { clusterExample, emptyTables, estimatorContract } from '@kohort/ml-conformance';
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
    ...emptyTables(params),
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
