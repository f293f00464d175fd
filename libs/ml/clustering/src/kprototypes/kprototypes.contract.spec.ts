import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
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
    { title: 'k > n', training: matrixOf([[1], [2], [3]]), params, code: 'ML_TOO_FEW_ROWS' },
    {
      title: 'rows that are all alike',
      training: matrixOf(new Array(9).fill([1, 2])),
      params,
      code: 'ML_TOO_FEW_ROWS',
    },
    { title: 'no rows', training: { data: new Float32Array(0), rows: 0, cols: 2 }, params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'no columns', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params, code: 'ML_SHAPE' },
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
