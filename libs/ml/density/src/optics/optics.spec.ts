import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { optics } from './optics';
import { opticsDefaults, type OpticsParams } from './optics.params';

const control = () => ({ random: seededRandom(3) });

describe('OPTICS', () => {
  it('is computed by hand: the plot of two pairs and a lone row', async () => {
    const params: OpticsParams = { ...opticsDefaults, minPoints: 2, extraction: { method: 'dbscan', eps: 2 } };
    const { plot, labels } = await optics.fit(matrixOf([[0], [20], [1], [9], [11]]), params, control());
    expect([...plot.order]).toEqual([0, 2, 3, 4, 1]);
    expect([...plot.core]).toEqual([1, 9, 1, 2, 2]);
    expect([...plot.reachability]).toEqual([Infinity, 9, 1, 8, 2]);
    expect([...plot.predecessor]).toEqual([-1, 4, 0, 2, 3]);
    expect([...labels]).toEqual([0, -1, 0, 1, 1]);
  });

  it('reads groups off the valleys and gives new rows within them their labels', async () => {
    const matrix = fourGroups(4);
    const extraction = { method: 'xi', xi: 0.1, minClusterSize: 30 } as const;
    const fitted = await optics.fit(matrix, { ...opticsDefaults, minPoints: 10, extraction }, control());
    expect(fitted.k).toBe(4);
    expect([...(await optics.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    const fresh = await optics.predict(
      fitted,
      matrixOf([
        [0, 0, 0],
        [12, 12, 9],
        [90, 90, 90],
      ]),
    );
    expect([...fresh]).toEqual([fitted.labels[0], fitted.labels[3], -1]);
  });

  it('takes duplicates only, a constant column and 10,000 columns', async () => {
    const alike = await optics.fit(matrixOf(new Array(30).fill([1, 7])), opticsDefaults, control());
    expect(alike.plot.reachability.subarray(1)).toEqual(new Float64Array(29));
    const wide = {
      rows: 12,
      cols: 10_000,
      data: Float32Array.from({ length: 120_000 }, (_, at) => (at < 60_000 ? 1 : 2)),
    };
    const params: OpticsParams = { ...opticsDefaults, extraction: { method: 'dbscan', eps: 1 } };
    expect([...(await optics.fit(wide, params, control())).labels]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });
});
