import { findElbow } from './elbow';
import golden from './reference/elbow.golden.json';

describe('the elbow', () => {
  it('is the knee that the steps of the paper give', () => {
    for (const { k, inertia, knee, depth } of golden.cases) {
      const found = findElbow(k.map((one, at) => ({ k: one, inertia: inertia[at] ?? NaN })));
      expect(found.k).toBe(knee);
      expect(found.depth).toBeCloseTo(depth, 9);
    }
  });

  it('is nowhere on a straight line or a flat one', () => {
    const line = (falls: number) => [2, 3, 4, 5, 6].map((k) => ({ k, inertia: 100 - falls * k }));
    expect(findElbow(line(7))).toEqual({ k: null, depth: 0 });
    expect(findElbow(line(0))).toEqual({ k: null, depth: 0 });
  });

  it('refuses two points, and numbers of clusters out of order', () => {
    const two = [
      { k: 2, inertia: 4 },
      { k: 3, inertia: 2 },
    ];
    expect(() => findElbow(two)).toThrow(expect.objectContaining({ code: 'JUDGING_TOO_FEW_K' }));
    expect(() => findElbow([...two, { k: 3, inertia: 1 }])).toThrow(
      expect.objectContaining({ code: 'JUDGING_SERIES_UNSORTED' }),
    );
  });
});
