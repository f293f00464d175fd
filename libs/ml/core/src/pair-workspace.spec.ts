import { seededRandom } from '@kohort/kernel-clock-random';
import { PairWorkspace } from './pair-workspace';
import { inlineKernelPool } from './pool/kernel-pool';
import { squaredGapTwin } from './twins/neighbours-twin';

describe('PairWorkspace', () => {
  it('measures, finds the lowest nearest and joins as pair by pair, before and after rows fall away', () => {
    const random = seededRandom(4);
    for (const [n, d] of [
      [2, 1],
      [9, 2],
      [30, 5],
    ] as const) {
      const matrix = { rows: n, cols: d, data: Float32Array.from({ length: n * d }, () => random.int(5)) };
      const work = new PairWorkspace(inlineKernelPool(), n, d);
      work.measure(matrix);
      let wanted = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_v, j) => (i === j ? Infinity : Math.sqrt(squaredGapTwin(matrix, i, matrix, j)))),
      );
      for (let left = n; left > 1; left -= 1) {
        wanted.forEach((row, i) => {
          const distance = Math.min(...row);
          expect(work.nearest(i)).toEqual({ place: row.indexOf(distance), distance });
        });
        const larger = left % 2 === 0;
        work.join(0, 1, { x: 0.25, y: 0.75, larger });
        wanted.forEach((row, i) => {
          const [a, b] = [wanted[0]?.[i] ?? 0, wanted[1]?.[i] ?? 0];
          if (i > 1) row[1] = larger ? Math.max(a, b) : 0.25 * a + 0.75 * b;
        });
        wanted[1] = wanted.map((row, i) => (i === 1 ? Infinity : (row[1] as number)));
        wanted = wanted.slice(1).map((row) => row.slice(1));
        expect(work.compact()).toEqual(Array.from({ length: left - 1 }, (_, i) => i + 1));
      }
      work.release();
    }
  });

  it('takes a triangle of distances', () => {
    const work = new PairWorkspace(inlineKernelPool(), 3);
    work.load(Float64Array.of(4, 2, 1));
    expect(work.nearest(0)).toEqual({ place: 2, distance: 2 });
    expect(work.distance(1, 2)).toBe(1);
    work.release();
  });
});
