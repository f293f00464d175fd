import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { boundedKmeans } from './bounded-kmeans';
import { boundedKmeansDefaults } from './bounded-kmeans.params';

const params = { ...boundedKmeansDefaults, k: 4, minSize: 30, maxSize: 60 };

estimatorContract(boundedKmeans, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1, shifted: 1, scaled: 1 },
  refused: [
    {
      title: 'more rows asked for than there are',
      training: matrixOf([[1], [2], [3]]),
      params,
      code: 'ML_UNSATISFIABLE',
    },
    {
      title: 'clusters too small for all rows',
      training: clusterExample.example(1),
      params: { ...params, maxSize: 49 },
      code: 'ML_UNSATISFIABLE',
    },
    {
      title: 'bounds that exclude each other',
      training: clusterExample.example(1),
      params: { ...params, minSize: 50, maxSize: 40 },
      code: 'ML_UNSATISFIABLE',
    },
    {
      title: 'rows that are all alike',
      training: matrixOf(new Array(9).fill([1, 2])),
      params: { ...params, minSize: 0 },
      code: 'ML_TOO_FEW_ROWS',
    },
    { title: 'no columns', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params, code: 'ML_SHAPE' },
  ],
  badParams: [
    { ...params, k: 0 },
    { ...params, minSize: -1 },
    { ...params, maxSize: 0 },
    { ...params, maxSize: 2.5 },
    { ...params, weights: [1, 1] },
    { ...params, weights: [0, 0, 0] },
    { ...params, maxIterations: 0 },
  ],
});
