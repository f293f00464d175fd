import { checkMatrix, columnMeans, columnVariances, matrixOf, takeRows } from './matrix';
import { checkParams } from './params';

describe('matrices', () => {
  it('names the first place of a missing or infinite value', () => {
    expect(() =>
      checkMatrix(
        matrixOf([
          [1, 2],
          [3, NaN],
        ]),
      ),
    ).toThrow(
      expect.objectContaining({ code: 'ML_NOT_FINITE', details: expect.objectContaining({ row: 1, column: 1 }) }),
    );
    expect(() => checkMatrix(matrixOf([[Infinity], [3]]))).toThrow(expect.objectContaining({ code: 'ML_NOT_FINITE' }));
  });

  it('refuses rows of different length, no column, and data of another length', () => {
    expect(() => matrixOf([[1], [1, 2]])).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
    expect(() => checkMatrix({ data: new Float32Array(0), rows: 3, cols: 0 })).toThrow(/at least 1 column/);
    expect(() => checkMatrix({ data: new Float32Array(5), rows: 3, cols: 2 })).toThrow(/3 × 2 values/);
  });

  it('takes rows in the order asked for', () => {
    expect([
      ...takeRows(
        matrixOf([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        [2, 0, 2],
      ).data,
    ]).toEqual([5, 6, 1, 2, 5, 6]);
  });

  it('gives means and population variances', () => {
    const matrix = matrixOf([
      [1, 10],
      [3, 10],
      [8, 10],
    ]);
    const means = columnMeans(matrix);
    expect([...means]).toEqual([4, 10]);
    expect([...columnVariances(matrix, means)]).toEqual([26 / 3, 0]);
  });
});

describe('checkParams', () => {
  const limits = {
    k: { kind: 'number', min: 1, max: 9, integer: true, unit: 'clusters', help: '' },
    init: { kind: 'choice', allowed: ['a', 'b'], help: '' },
  } as const;

  it('accepts the edges and names the parameter outside its limits', () => {
    expect(() => checkParams('x', { k: 9, init: 'b' }, limits)).not.toThrow();
    for (const k of [0, 10, 2.5, NaN]) {
      expect(() => checkParams('x', { k, init: 'a' }, limits)).toThrow(
        /parameter k of x must be an integer from 1 to 9/,
      );
    }
    expect(() => checkParams('x', { k: 1, init: 'c' }, limits)).toThrow(/one of a, b/);
  });
});
