import { clusteringCardSchema } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import { startKernelPool, wideMatrixOf } from '@kohort/ml-core';
import { assignClusters, clusterCentres, parseClusterModel, serialiseClusterModel } from './cluster-model';
import { chooseTableK, clusterTable, type ClusterControl, type ClusterTableParams } from './cluster-table';
import { clusteringCard } from './clustering-card';
import { kChoiceFromJson, kChoiceToJson } from './k-choice-json';

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

  it('goes on from a choice made before as if it had made it', async () => {
    const asked = { ...params, k: 'auto' } as const;
    const choice = await chooseTableK(people(), asked);
    const kept = kChoiceFromJson(JSON.parse(JSON.stringify(choice && kChoiceToJson(choice))));
    const whole = await clusterTable(people(), asked);
    const halves = await clusterTable(people(), { ...asked, choice: kept });
    expect(halves.choice).toEqual(whole.choice);
    expect(serialiseClusterModel(halves.model)).toBe(serialiseClusterModel(whole.model));
    expect(await chooseTableK(people(), params)).toBeNull();
    expect(kChoiceFromJson({ k: 3 })).toBeNull();
  });

  it('is the same for the same seed on any number of threads', async () => {
    const plain = async (control: ClusterControl = {}) => {
      const { model, ...rest } = await clusterTable(people(), { ...params, k: 'auto' }, control);
      return { ...rest, model: serialiseClusterModel(model) };
    };
    const alone = await plain();
    const pool = await startKernelPool({ threads: 2, blocking: 'allowed' });
    expect(await plain({ pool })).toEqual(alone);
    await pool.close();
  });

  it('places rows alike after storing and loading, and new rows by their nearest centre', async () => {
    const input = people();
    const result = await clusterTable(input, params);
    const loaded = parseClusterModel(serialiseClusterModel(result.model));
    const placed = await assignClusters(loaded, input.matrix);
    const { labels, distances, confidences, outlierScores } = result;
    expect(placed).toEqual({ labels, distances, confidences, outlierScores });
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

  it('reads what was stored when k-means was the only algorithm', async () => {
    const input = people();
    const { model, labels, distances } = await clusterTable(input, params);
    const { featureNames, scaling } = JSON.parse(serialiseClusterModel(model));
    const { order, model: kmeans } = Object(model.state);
    const first = { kind: 'clustering', version: 1, algorithm: 'kmeans', featureNames, order, scaling, kmeans };
    const placed = await assignClusters(parseClusterModel(JSON.stringify(first)), input.matrix);
    expect([...placed.labels]).toEqual([...labels]);
    placed.distances.forEach((distance, i) => expect(distance).toBeCloseTo(distances[i] ?? NaN, 4));
    const torn = JSON.stringify({ ...first, order: [0] });
    expect(() => parseClusterModel(torn)).toThrow(expect.objectContaining({ code: 'CLUSTERS_BAD_MODEL' }));
  });

  it('takes any algorithm, and tells what it found', async () => {
    const input = people();
    const dense = await clusterTable(input, {
      ...params,
      algorithm: 'hdbscan',
      k: 'auto',
      params: { minClusterSize: 10 },
    });
    expect(dense.metrics.k).toBe(3);
    expect(dense.metrics.sizes.reduce((sum, size) => sum + size, dense.metrics.noise)).toBe(105);
    expect(dense.choice).toBeNull();
    expect(clusteringCard(input, dense, 1).reasons).toEqual(['HDBSCAN found 3 clusters.']);
    const mixture = await clusterTable(input, { ...params, algorithm: 'gaussian-mixture', k: { from: 2, to: 4 } });
    expect(mixture.choice?.table.map(({ k }) => k)).toEqual([2, 3, 4]);
    expect(mixture.metrics).toMatchObject({ k: 3, sizes: [60, 30, 15] });
    const placed = await assignClusters(parseClusterModel(serialiseClusterModel(mixture.model)), input.matrix);
    expect([...placed.confidences]).toEqual([...mixture.confidences]);
  });

  it('counts as they are for parts, weights and sizes where asked for', async () => {
    const input = people();
    const habits = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? [8 + (i % 2), 0, 7] : [0, 5 + (i % 4), 1]));
    const counts = {
      featureNames: ['tea', 'wine', 'honey'],
      matrix: wideMatrixOf(habits),
      ids: habits.map((_, i) => `p${i}`),
    };
    const parts = await clusterTable(counts, { ...params, algorithm: 'nmf', k: 2 });
    expect(codes(parts.warnings)).toContain('FIT_NOTE');
    expect(parts.metrics).toMatchObject({ k: 2, sizes: [40, 20] });
    const byScore = await clusterTable(input, { ...params, k: 2, weights: { money: 0 } });
    expect(byScore.metrics.sizes).toEqual([75, 30]);
    await expect(clusterTable(input, { ...params, weights: { honey: 2 } })).rejects.toThrow('"honey" is none');
    const even = await clusterTable(input, { ...params, algorithm: 'bounded-kmeans', sizes: { min: 35, max: 35 } });
    expect(even.metrics.sizes).toEqual([35, 35, 35]);
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
