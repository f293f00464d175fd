import { clusterExample, emptyTables, estimatorContract } from '@kohort/ml-conformance';
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
    ...emptyTables(params),
    { title: 'a missing value', training: matrixOf([[1], [NaN]]), params, code: 'ML_NOT_FINITE' },
  ],
  badParams: [
    { ...params, eps: 0 },
    { ...params, eps: NaN },
    { ...params, minPoints: 0 },
    { ...params, minPoints: 2.5 },
  ],
});
