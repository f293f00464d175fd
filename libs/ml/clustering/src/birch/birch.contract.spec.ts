import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
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
    { ...params, threshold: 0 },
    { ...params, branching: 1 },
    { ...params, k: 0 },
    { ...params, mostSubclusters: 1 },
  ],
});
