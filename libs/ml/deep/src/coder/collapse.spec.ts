import { matrixOf } from '@kohort/ml-core';
import { checkClusters, checkCodes } from './collapse';

describe('a collapse', () => {
  it('is named when codes are all alike, or too few differ', () => {
    const nearly = matrixOf(Array.from({ length: 30 }, (_, i) => [1 + (i % 5) * 1e-5, 2]));
    expect(() => checkCodes('dec', nearly, 3)).toThrow('dec collapsed: all rows have the same code');
    const two = matrixOf(Array.from({ length: 30 }, (_, i) => [i % 2, 0]));
    const refused = expect.objectContaining({ code: 'DEEP_COLLAPSED', kind: 'unsuitable-data' });
    expect(() => checkCodes('dec', two, 3)).toThrow(refused);
    expect(() => checkCodes('dec', two, 3)).toThrow('2 codes differ, 3 clusters were asked for');
    expect(() => checkCodes('dec', two, 2)).not.toThrow();
  });

  it('is named when all rows are in one cluster of several', () => {
    expect(() => checkClusters('dec', [0, 40, 0])).toThrow('all rows are in one cluster');
    expect(() => checkClusters('dec', [1, 39, 0])).not.toThrow();
    expect(() => checkClusters('dec', [40])).not.toThrow();
  });
});
