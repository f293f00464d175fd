import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kmeans } from './kmeans';
import { kmeansDefaults } from './kmeans.params';

const params = { ...kmeansDefaults, k: 4 };

estimatorContract(kmeans, {
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
    {
      title: 'a start of another shape',
      training: clusterExample.example(1),
      params: { ...params, start: { method: 'given', centroids: [1, 2, 3] } },
      code: 'ML_SHAPE',
    },
    {
      title: 'values too large for float32 squares',
      training: matrixOf([[1e20], [1], [2], [3]]),
      params,
      code: 'ML_SHAPE',
    },
  ],
  badParams: [
    { ...params, k: 0 },
    { ...params, k: 2.5 },
    { ...params, maxIterations: 0 },
    { ...params, tolerance: -1 },
    { ...params, start: { method: 'k-means++', restarts: 0 } },
  ],
});
