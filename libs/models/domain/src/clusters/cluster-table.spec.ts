import { clusteringCardSchema } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import { startKernelPool, wideMatrixOf } from '@kohort/ml-core';
import { assignClusters, clusterCentres, parseClusterModel, serialiseClusterModel } from './cluster-model';
import { clusterTable, clusteringCard, type ClusterTableParams } from './cluster-table';

const params: ClusterTableParams = { algorithm: 'kmeans', k: 3, seed: 1, scaling: 'auto' };

/** Three groups of 60, 30 and 15 rows in turn; heavy-tailed money. */
function people(seed = 4) {
  const random = seededRandom(seed);
  const groups = [
    { rows: 60, centre: [0, 1] },
    { rows: 30, centre: [12, 5] },
    { rows: 15, centre: [0, 9] },
  ];
  const rows = groups.flatMap(({ rows: count, centre: [x = 0, y = 0] }) =>
    Array.from({ length: count }, () => [x + random.normal(), Math.exp(y + 0.3 * random.normal())]),
  );
  const order = rows.map((_, i) => (i * 37) % rows.length);
  const mixed = order.map((i) => rows[i] as number[]);
  return { featureNames: ['score', 'money'], matrix: wideMatrixOf(mixed), ids: mixed.map((_, i) => `p${i}`) };
}

const codes = (warnings: readonly { code: string }[]) => warnings.map(({ code }) => code);

describe('clusterTable', () => {
  it('labels by falling size and measures in the scaled space', async () => {
    const result = await clusterTable(people(), params);
    expect(result.metrics).toMatchObject({ k: 3, sizes: [60, 30, 15] });
    const counts = [0, 1, 2].map((c) => result.labels.filter((label) => label === c).length);
    expect(counts).toEqual([60, 30, 15]);
    const squares = result.distances.reduce((sum, distance) => sum + distance ** 2, 0);
    expect(squares / result.metrics.inertia).toBeCloseTo(1, 6);
    expect(Math.min(...result.confidences)).toBeGreaterThan(0.5);
    expect(result.sheets.map(({ size }) => size)).toEqual([60, 30, 15]);
    expect(result).toMatchObject({ silhouetteMethod: 'exact', choice: null, nInit: 100 });
    expect(codes(result.warnings)).toEqual(['COLUMN_LOGGED']);
  });

  it('gives the cluster of the earlier row the lower number between equal sizes', async () => {
    const matrix = wideMatrixOf([[9], [0], [9.1], [0.1], [20], [20.2]]);
    const input = { featureNames: ['x'], matrix, ids: ['a', 'b', 'c', 'd', 'e', 'f'] };
    for (const seed of [1, 2, 3, 4]) {
      const { labels } = await clusterTable(input, { ...params, scaling: 'none', seed });
      expect([...labels]).toEqual([0, 1, 0, 1, 2, 2]);
    }
  });

  it('chooses k and answers the table, the reasons and a card that the contract accepts', async () => {
    const input = people();
    const result = await clusterTable(input, { ...params, k: 'auto' });
    expect(result.metrics.k).toBe(3);
    const card = clusteringCardSchema.parse(clusteringCard(input, result, 1));
    expect(card.choice.filter(({ chosen }) => chosen).map(({ k }) => k)).toEqual([3]);
    expect(card.reasons.length).toBeGreaterThan(0);
    expect(card.clusters).toHaveLength(3);
  });

  it('is the same for the same seed on any number of threads', async () => {
    const alone = await clusterTable(people(), { ...params, k: 'auto' });
    const pool = await startKernelPool({ threads: 2, blocking: 'allowed' });
    expect(await clusterTable(people(), { ...params, k: 'auto' }, { pool })).toEqual(alone);
    await pool.close();
  });

  it('places rows alike after storing and loading, and new rows by their nearest centre', async () => {
    const input = people();
    const result = await clusterTable(input, params);
    const loaded = parseClusterModel(serialiseClusterModel(result.model));
    const placed = await assignClusters(loaded, input.matrix);
    expect(placed).toEqual({ labels: result.labels, distances: result.distances, confidences: result.confidences });
    const centres = clusterCentres(loaded);
    expect(centres.map(({ money = 0 }) => Math.round(Math.log(money)))).toEqual([1, 5, 9]);
    const fresh = wideMatrixOf([
      [12, Math.exp(5)],
      [0, Math.exp(9)],
    ]);
    expect([...(await assignClusters(loaded, fresh)).labels]).toEqual([1, 2]);
    expect(() => parseClusterModel('{"kind":"clustering"}')).toThrow(
      expect.objectContaining({ code: 'CLUSTERS_BAD_MODEL' }),
    );
    expect(() => parseClusterModel('no')).toThrow(expect.objectContaining({ code: 'CLUSTERS_BAD_MODEL' }));
  });

  it('fills missing values only when told to, also for new rows', async () => {
    const input = people();
    input.matrix.data[0] = NaN;
    await expect(clusterTable(input, params)).rejects.toMatchObject({ code: 'ML_NOT_FINITE' });
    const result = await clusterTable(input, { ...params, missing: 'median' });
    expect(codes(result.warnings)).toEqual(['COLUMN_FILLED', 'COLUMN_LOGGED']);
    expect((await assignClusters(result.model, wideMatrixOf([[NaN, 100]]))).labels).toHaveLength(1);
  });

  it('refuses unsuitable tables by kind', async () => {
    const table = (rows: number[][]) => ({
      featureNames: rows[0]?.map((_, j) => `c${j}`) ?? [],
      matrix: wideMatrixOf(rows),
      ids: rows.map((_, i) => `${i}`),
    });
    const unsuitable = { kind: 'unsuitable-data' };
    await expect(clusterTable(table([[1], [2]]), params)).rejects.toMatchObject(unsuitable);
    await expect(clusterTable(table([[1], [2], [1], [2]]), params)).rejects.toMatchObject(unsuitable);
    await expect(
      clusterTable(
        table([
          [5, 1],
          [5, 1],
          [5, 1],
        ]),
        params,
      ),
    ).rejects.toMatchObject(unsuitable);
    await expect(clusterTable(table([[1], [2]]), { ...params, k: 'auto' })).rejects.toMatchObject(unsuitable);
    for (const k of [1, 2.5, 1e6]) {
      await expect(clusterTable(people(), { ...params, k })).rejects.toMatchObject({ kind: 'invalid-input' });
    }
  });

  it('warns of a tiny cluster and of a silhouette that is not defined', async () => {
    const random = seededRandom(2);
    const rows = [...Array.from({ length: 200 }, () => [random.normal()]), [500]];
    const input = { featureNames: ['x'], matrix: wideMatrixOf(rows), ids: rows.map((_, i) => `${i}`) };
    expect(codes((await clusterTable(input, { ...params, k: 2, scaling: 'none' })).warnings)).toEqual([
      'SMALL_CLUSTER',
    ]);
    const apart = { featureNames: ['x'], matrix: wideMatrixOf([[1], [2], [9]]), ids: ['a', 'b', 'c'] };
    const result = await clusterTable(apart, params);
    expect(result.metrics).toMatchObject({ silhouette: null, inertia: 0, sizes: [1, 1, 1] });
    expect(codes(result.warnings)).toContain('SILHOUETTE_UNDEFINED');
  });
});
