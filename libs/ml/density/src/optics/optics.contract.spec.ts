import { clusterExample, emptyTables, estimatorContract } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { optics } from './optics';
import { opticsDefaults, type OpticsParams } from './optics.params';

const params: OpticsParams = { ...opticsDefaults, extraction: { method: 'dbscan', eps: 2 } };

estimatorContract(optics, {
  ...clusterExample,
  params,
  agreement: adjustedRandIndex,
  // eps is a distance in units of the matrix: scaling is another question.
  leastAgreement: { permuted: 0.98, shifted: 0.98 },
  refused: [
    { title: 'fewer rows than minPoints', training: matrixOf([[1], [2], [3]]), params, code: 'ML_TOO_FEW_ROWS' },
    ...emptyTables(params),
  ],
  badParams: [
    { ...params, minPoints: 1 },
    { ...params, maxRadius: 0 },
    { ...params, extraction: { method: 'xi', xi: 1, minClusterSize: 5 } },
    { ...params, extraction: { method: 'xi', xi: 0.1, minClusterSize: 1 } },
    { ...params, extraction: { method: 'dbscan', eps: -1 } },
  ],
});
