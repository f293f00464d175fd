import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { condenseTree, selectClusters } from './condensed-tree';
import { hdbscan, hdbscanScores } from './hdbscan';
import { hdbscanDefaults } from './hdbscan.params';

const control = () => ({ random: seededRandom(3) });

describe('the condensed tree', () => {
  // Two triples that join at 8, each of two rows at 1 or 2 and a third at 2 or 4.
  const tree = {
    items: 6,
    left: Int32Array.of(0, 3, 2, 5, 8),
    right: Int32Array.of(1, 4, 6, 7, 9),
    height: Float64Array.of(1, 2, 2, 4, 8),
    size: Float64Array.of(2, 2, 3, 3, 6),
  };

  it('is computed by hand: one split, rows that fall out', () => {
    const condensed = condenseTree(tree, 3);
    expect([...condensed.parent]).toEqual([-1, 0, 0]);
    expect([...condensed.birth]).toEqual([0, 1 / 8, 1 / 8]);
    expect([...condensed.rowCluster]).toEqual([1, 1, 1, 2, 2, 2]);
    expect([...condensed.rowLambda]).toEqual([1 / 2, 1 / 2, 1 / 2, 1 / 4, 1 / 4, 1 / 4]);
    expect(selectClusters(condensed, { selection: 'eom', allowSingleCluster: false })).toEqual([1, 2]);
  });

  it('takes a cluster whole when it is as stable as its parts', () => {
    const pairs = condenseTree(tree, 2);
    expect(pairs.parent).toHaveLength(3);
    expect(selectClusters(pairs, { selection: 'eom', allowSingleCluster: true })).toEqual([1, 2]);
    expect(selectClusters(condenseTree(tree, 4), { selection: 'eom', allowSingleCluster: true })).toEqual([0]);
    expect(selectClusters(condenseTree(tree, 4), { selection: 'eom', allowSingleCluster: false })).toEqual([]);
  });
});

describe('HDBSCAN', () => {
  it('finds groups of different density, which no single eps can', async () => {
    const random = seededRandom(5);
    const spreads = [0.2, 0.2, 4];
    const rows = Array.from({ length: 300 }, (_, i) => {
      const spread = spreads[i % 3] ?? 1;
      return [(i % 3) * 3 + (i % 3 === 2 ? 30 : 0) + random.normal() * spread, random.normal() * spread];
    });
    const params = { ...hdbscanDefaults, minPoints: 8, minClusterSize: 20 };
    const fitted = await hdbscan.fit(matrixOf(rows), params, control());
    expect(fitted.k).toBe(3);
    const kept = [...fitted.labels.keys()].filter((i) => fitted.labels[i] !== -1);
    expect(kept.length).toBeGreaterThan(240);
    expect(
      adjustedRandIndex(
        kept.map((i) => i % 3),
        kept.map((i) => fitted.labels[i] as number),
      ),
    ).toBe(1);
  });

  it('scores training rows as in training, far rows as noise and outliers, central ones as certain', async () => {
    const matrix = fourGroups(2);
    const fitted = await hdbscan.fit(matrix, { ...hdbscanDefaults, minClusterSize: 20 }, control());
    const again = await hdbscanScores(fitted, matrix);
    expect(again.labels).toEqual(fitted.labels);
    expect(again.probabilities).toEqual(fitted.probabilities);
    expect(again.outlierScores).toEqual(fitted.outlierScores);
    const fresh = await hdbscanScores(
      fitted,
      matrixOf([
        [0, 0, 0],
        [12, 12, 9],
        [500, 500, 500],
        [6, 6, 4],
      ]),
    );
    expect([...fresh.labels]).toEqual([fitted.labels[0], fitted.labels[3], -1, -1]);
    expect(fresh.probabilities[0]).toBeGreaterThan(0.5);
    expect(fresh.probabilities[2]).toBe(0);
    expect(fresh.outlierScores[2]).toBeGreaterThan(0.99);
    expect(fresh.outlierScores[0]).toBeLessThan(0.5);
  });

  it('takes finer clusters as leaves than by excess of mass', async () => {
    const random = seededRandom(7);
    const rows = Array.from({ length: 400 }, (_, i) => [
      (i % 2) * 50 + (i % 4 < 2 ? 0 : 4) + random.normal(),
      random.normal(),
    ]);
    const fit = (selection: 'eom' | 'leaf') =>
      hdbscan.fit(matrixOf(rows), { ...hdbscanDefaults, minPoints: 10, minClusterSize: 40, selection }, control());
    const [mass, leaves] = [await fit('eom'), await fit('leaf')];
    expect(mass.k).toBeLessThanOrEqual(leaves.k);
    expect(leaves.k).toBe(4);
  });

  it('calls rows without structure noise, unless one cluster is allowed', async () => {
    const random = seededRandom(9);
    const matrix = matrixOf(Array.from({ length: 60 }, () => [random.next()]));
    const params = { ...hdbscanDefaults, minPoints: 5, minClusterSize: 31 };
    expect(await hdbscan.fit(matrix, params, control())).toMatchObject({ k: 0, noise: 60 });
    const one = await hdbscan.fit(matrix, { ...params, allowSingleCluster: true }, control());
    expect(one).toMatchObject({ k: 1, sizes: [60], noise: 0 });
  });

  it('takes duplicates only, a constant column, one row and 10,000 columns', async () => {
    const alike = matrixOf(new Array(40).fill([1, 7]));
    const single = { ...hdbscanDefaults, allowSingleCluster: true };
    expect(await hdbscan.fit(alike, single, control())).toMatchObject({ k: 1, sizes: [40] });
    const all = await hdbscan.fit(alike, hdbscanDefaults, control());
    expect([...all.outlierScores].every((score) => score === 0)).toBe(true);
    const one = await hdbscan.fit(matrixOf([[4]]), { ...hdbscanDefaults, minPoints: 1 }, control());
    expect(one).toMatchObject({ k: 0, noise: 1 });
    const random = seededRandom(2);
    const value = (_: unknown, at: number) => random.normal() + (at < 80_000 ? 9 : 0);
    const wide = { rows: 16, cols: 10_000, data: Float32Array.from({ length: 160_000 }, value) };
    const fitted = await hdbscan.fit(wide, { ...hdbscanDefaults, minPoints: 3 }, control());
    expect([...fitted.labels]).toEqual([...new Array(8).fill(0), ...new Array(8).fill(1)]);
  });

  it('stops in the middle when its signal is aborted', async () => {
    const random = seededRandom(2);
    const matrix = { rows: 4_000, cols: 9, data: Float32Array.from({ length: 36_000 }, () => random.next()) };
    const stop = new AbortController();
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === 'growing the spanning tree') stop.abort();
    };
    const fit = hdbscan.fit(matrix, hdbscanDefaults, { ...control(), signal: stop.signal, onProgress });
    await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
