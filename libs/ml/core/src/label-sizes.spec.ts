import { labelSizes } from './label-sizes';

describe('labelSizes', () => {
  it('counts every label, those that nobody bears too', () => {
    expect(labelSizes([2, 0, 2, 2], 4)).toEqual([1, 0, 3, 0]);
  });

  it('counts rows without a cluster nowhere', () => {
    expect(labelSizes(Int32Array.of(-1, 0, -1), 1)).toEqual([1]);
  });

  it('counts no rows as zeros', () => {
    expect(labelSizes(new Uint16Array(0), 2)).toEqual([0, 0]);
  });
});
