import { matrixOf } from '@kohort/ml-core';
import { clusterMeans } from './cluster-means';
import { inertia } from './inertia';

const matrix = matrixOf([
  [0, 0],
  [2, 4],
  [10, 10],
  [99, 99],
]);

describe('clusterMeans', () => {
  it('leaves out rows in no cluster, and answers zeros for a cluster without rows', () => {
    expect([...clusterMeans(matrix, [0, 0, 1, -1], 3)]).toEqual([1, 2, 10, 10, 0, 0]);
  });

  it('is what the inertia of rows in clusters is measured to', () => {
    const labels = [0, 0, 1, -1];
    expect(inertia(matrix, labels, clusterMeans(matrix, labels, 2))).toBe(10);
  });
});
