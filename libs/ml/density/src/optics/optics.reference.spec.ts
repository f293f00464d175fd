import { seededRandom } from '@kohort/kernel-clock-random';
import { optics } from './optics';
import { ANY_RADIUS } from './optics.params';
import golden from './reference/optics.golden.json';

const control = () => ({ random: seededRandom(1) });
/** Equal to 1e-12; what is infinite there is so here. */
const expectClose = (got: ArrayLike<number>, wanted: readonly (number | null)[]): void =>
  wanted.forEach((value, at) => {
    if (value === null) expect(got[at]).toBe(Infinity);
    else expect(Math.abs((got[at] as number) - value)).toBeLessThan(1e-12);
  });

describe('OPTICS against scikit-learn', () => {
  it.each(golden.cases)(
    '$name',
    async ({ data, rows, cols, minPoints, xi, minClusterSize, eps, radius, ...wanted }) => {
      const matrix = { data: Float32Array.from(data), rows, cols };
      const params = { minPoints, maxRadius: radius ?? ANY_RADIUS };
      const byXi = { method: 'xi', xi, minClusterSize } as const;
      const { plot, labels } = await optics.fit(matrix, { ...params, extraction: byXi }, control());
      expect([...plot.order]).toEqual(wanted.order);
      expect([...plot.predecessor]).toEqual(wanted.predecessor);
      expectClose(plot.reachability, wanted.reachability);
      expectClose(plot.core, wanted.core);
      expect([...labels]).toEqual(wanted.labels);
      const cut = await optics.fit(matrix, { ...params, extraction: { method: 'dbscan', eps } }, control());
      expect([...cut.labels]).toEqual(wanted.cut);
    },
  );
});
