import { clusterExample, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { dbscan } from './dbscan';

const params = { eps: 1.5, minPoints: 4 };

estimatorContract(dbscan, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  // eps is a distance in units of the matrix: scaling is another question.
  leastAgreement: { permuted: 0.98, shifted: 0.98 },
  refused: [
    { title: 'no rows', training: { data: new Float32Array(0), rows: 0, cols: 2 }, params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'no columns', training: { data: new Float32Array(0), rows: 9, cols: 0 }, params, code: 'ML_SHAPE' },
    { title: 'a missing value', training: matrixOf([[1], [NaN]]), params, code: 'ML_NOT_FINITE' },
  ],
  badParams: [
    { ...params, eps: 0 },
    { ...params, eps: NaN },
    { ...params, minPoints: 0 },
    { ...params, minPoints: 2.5 },
  ],
});
