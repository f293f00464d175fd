import { matrixOf } from './matrix';
import { nearestNeighbours } from './neighbours';
import { rememberedIndex } from './remembered-index';

describe('rememberedIndex', () => {
  it('is made once for the same rows, and anew for another shape of them', () => {
    const points = matrixOf([
      [0, 0],
      [3, 4],
    ]);
    const index = rememberedIndex(points);
    expect(rememberedIndex({ ...points })).toBe(index);
    expect(rememberedIndex({ ...points, rows: 4, cols: 1 })).not.toBe(index);
    expect(rememberedIndex(matrixOf([[0, 0]]))).not.toBe(index);
  });

  it('finds what a new index finds', async () => {
    const points = matrixOf([[1], [5], [9]]);
    rememberedIndex(points);
    const { rows, distances } = await nearestNeighbours(
      rememberedIndex(points),
      { queries: matrixOf([[6]]), k: 2 },
      {},
    );
    expect([...rows, ...distances]).toEqual([1, 2, 1, 3]);
  });
});
