import { clusteringAlgorithm } from '@kohort/ml-algorithms';
import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, wideMatrixOf } from '@kohort/ml-core';
import { tinyCaution } from './clustering-cautions';
import { compareClusterings, compareDefaults, type CompareControl, type Comparison } from './compare-clusterings';
import { runCompareCommand } from './compare-file';
import { comparisonPage } from './comparison-page';

const algorithms = ['kmeans', 'hdbscan'].map(clusteringAlgorithm);
const params = { ...compareDefaults, algorithms, ks: [2, 3, 4, 5, 6], resamples: 2, stabilityRows: 100, gapTables: 3 };
const control: CompareControl = { clock: manualClock(0) };
const compare = (
  rows: number[][],
  more: { truth?: number[]; ks?: number[]; limit?: () => AbortSignal } = {},
): Promise<Comparison> => {
  const { limit, ks = params.ks, ...truth } = more;
  const input = { featureNames: ['x', 'y'], matrix: wideMatrixOf(rows), scaled: matrixOf(rows), ...truth };
  return compareClusterings(input, { ...params, ks }, { ...control, ...(limit ? { limit } : {}) });
};

function groups(centres: readonly (readonly [number, number])[], each: number): number[][] {
  const random = seededRandom(8);
  return Array.from({ length: centres.length * each }, (_, i) => {
    const [x, y] = centres[i % centres.length] ?? [0, 0];
    return [x + random.normal(), y + random.normal()];
  });
}

const four = groups(
  [
    [0, 0],
    [10, 0],
    [0, 10],
    [10, 10],
  ],
  50,
);
const codes = ({ warnings }: Comparison) => warnings.map(({ code }) => code);

describe('compareClusterings', () => {
  it('holds every algorithm and k against each other and recommends the planted groups, with reasons', async () => {
    const found = await compare(four, { truth: four.map((_, i) => i % 4) });
    expect(found.candidates.map(({ algorithm, asked }) => [algorithm, asked])).toEqual([
      ...[2, 3, 4, 5, 6].map((k) => ['kmeans', k]),
      ['hdbscan', null],
    ]);
    const best = found.candidates[2];
    expect(best).toMatchObject({ status: 'judged', k: 4, noise: 0, sizes: [50, 50, 50, 50] });
    const { ari, ami, vMeasure } = (best?.status === 'judged' && best.truth) || { ari: 0, ami: 0, vMeasure: 0 };
    for (const one of [ari, ami, vMeasure]) expect(one).toBeCloseTo(1, 12);
    expect(best?.status === 'judged' && best.stability?.agreement).toBeGreaterThan(0.99);
    expect(found.recommendation).toMatchObject({ algorithm: 'kmeans', asked: 4, k: 4 });
    expect(found.recommendation?.reasons[0]).toMatch(/4 clusters separate the rows with 0\.\d\d/);
    expect(found.kmeansCriteria).toEqual({ silhouette: 4, elbow: 4, bic: 4, gap: 4 });
    expect(found.warnings).toEqual([]);
  });

  it('warns of uniform rows, and says by the gap that there are no clusters', async () => {
    const random = seededRandom(3);
    const found = await compare(
      Array.from({ length: 200 }, () => [random.next(), random.next()]),
      { ks: [2, 3, 4] },
    );
    expect(codes(found)).toContain('UNCLUSTERED');
    expect(found.kmeansCriteria?.gap).toBe(1);
  });

  it('warns of groups that one field makes, and of tiny ones', async () => {
    const random = seededRandom(4);
    const two = groups(
      [
        [0, 0],
        [30, 0],
      ],
      150,
    ).map(([x = 0]) => [x, random.normal()]);
    const found = await compare(two, { ks: [2, 3] });
    expect(codes(found)).toEqual(['ONE_FIELD']);
    expect(tinyCaution([90, 10], 100)).toEqual([]);
    expect(tinyCaution([990, 5, 3], 1000)[0]).toMatchObject({
      code: 'SMALL_CLUSTER',
      message: expect.stringContaining('2 of 3 clusters'),
    });
    expect(found.warnings.find(({ code }) => code === 'ONE_FIELD')?.message).toContain('slices of x alone');
  });

  it('keeps what a candidate refuses, or is too slow for, as its entry', async () => {
    const pairs = [
      [0, 0],
      [0, 0],
      [0, 0],
      [9, 9],
      [9, 9],
      [9, 9],
    ];
    const few = await compare(pairs, { ks: [2, 3, 5] });
    const refused = few.candidates.filter(({ status }) => status === 'failed');
    expect(refused.map(({ algorithm, asked }) => [algorithm, asked])).toEqual(
      expect.arrayContaining([
        ['kmeans', 3],
        ['kmeans', 5],
      ]),
    );
    const slow = await compare(four, { limit: () => AbortSignal.abort() });
    expect(new Set(slow.candidates.map(({ status }) => status))).toEqual(new Set(['too-slow']));
    expect(slow).toMatchObject({ recommendation: null, warnings: [] });
  });

  it('compares a sample of a large table and says so; stops when told to; answers the same for the same seed', async () => {
    const input = { featureNames: ['x', 'y'], matrix: wideMatrixOf(four), scaled: matrixOf(four) };
    const small = { ...params, algorithms: algorithms.slice(0, 1), ks: [4], rowLimit: 120 };
    const sampled = await compareClusterings(input, small, control);
    expect(sampled).toMatchObject({ rows: 200, rowsCompared: 120, recommendation: { k: 4 } });
    expect(await compareClusterings(input, small, control)).toEqual(sampled);
    const stopped = compareClusterings(input, small, { ...control, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});

describe('runCompareCommand', () => {
  const cells = four.map(([x, y], i) => [`p${i}`, String(x), String(y), ['a', 'b', 'c', 'd'][i % 4] ?? '']);
  const table = { header: ['id', 'x', 'y', 'group'], rows: cells, lineOf: (row: number) => row + 2 };

  it('reads the table, leaves id and known groups out of the features, and fills a page', async () => {
    const chosen = { id: 'id', truth: 'group', algorithms: ['hdbscan', 'kmeans'], k: { from: 3, to: 4 } };
    const { header, rows, params: used, comparison } = await runCompareCommand(table, chosen, control);
    expect(used).toMatchObject({ features: ['x', 'y'], algorithms: ['kmeans', 'hdbscan'], k: '3..4' });
    expect(rows.map((row) => [row[0], row[1]])).toEqual([
      ['kmeans', '3'],
      ['kmeans', '4'],
      ['hdbscan', '4'],
    ]);
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    const page = comparisonPage({ title: 'x < y', comparison });
    expect(page).toContain('<h1>x &lt; y</h1>');
    expect(page.match(/<circle/g)).toHaveLength(3);
    expect(page).toContain('class="chosen"');
  });

  it('refuses unknown algorithms with the nearest name, those that must be told something, and odd ranges', async () => {
    const run = (more: object) => runCompareCommand(table, { id: 'id', features: ['x', 'y'], ...more }, control);
    await expect(run({ algorithms: ['kmean'] })).rejects.toMatchObject({
      code: 'ALGORITHM_UNKNOWN',
      message: expect.stringContaining('"kmeans"'),
    });
    await expect(run({ algorithms: ['seeded-kmeans'] })).rejects.toMatchObject({ code: 'CLUSTERS_BAD_PARAMETER' });
    await expect(run({ k: { from: 1, to: 4 } })).rejects.toMatchObject({ code: 'CLUSTERS_BAD_PARAMETER' });
    await expect(run({ features: ['id'] })).rejects.toMatchObject({ code: 'CLUSTERS_NOT_A_NUMBER' });
  });
});
