import { runClusterCommand } from './cluster-file';
import type { ClusterCsvTable } from './csv-features';

const table = (header: string[], rows: string[][]): ClusterCsvTable => ({ header, rows, lineOf: (row) => row + 2 });
const good = table(
  ['id', 'x', 'note', 'y'],
  [
    ['a', '1', 'n', '1e1'],
    ['b', '20', '', '-3.5'],
    ['c', ' 1.5 ', 'n', '10'],
    ['d', '21', 'n', '-3'],
    ['e', '1', 'n', '11'],
  ],
);
const params = { id: 'id', features: ['x', 'y'], k: 2 };
const edited = (row: number, column: number, cell: string) =>
  table(
    [...good.header],
    good.rows.map((cells, i) => cells.map((old, j) => (i === row && j === column ? cell : old))),
  );

/** Two groups of 20. */
const wide = table(
  ['id', 'x', 'y'],
  Array.from({ length: 40 }, (_, i) => [`r${i}`, String((i % 2) * 50 + (i % 7)), String((i % 2) * 9 + (i % 5))]),
);

describe('runClusterCommand', () => {
  it('answers id, cluster and distance in input order, and the report', async () => {
    const result = await runClusterCommand(good, params);
    expect(result.header).toEqual(['id', 'cluster', 'distance']);
    expect(result.rows.map(([id, cluster]) => `${id}${cluster}`)).toEqual(['a0', 'b1', 'c0', 'd1', 'e0']);
    expect(Number(result.rows[1]?.[2])).toBeCloseTo(Math.hypot(0.5, 0.25), 6);
    expect(result).toMatchObject({
      seed: 1,
      input: { rows: 5, columns: 4 },
      params: { algorithm: 'kmeans', id: 'id', features: ['x', 'y'], k: 2, seed: 1, scale: 'none' },
      metrics: { k: 2, sizes: [3, 2] },
      reasons: [],
    });
    const sum = result.rows.reduce((total, [, , distance]) => total + Number(distance) ** 2, 0);
    expect(sum).toBeCloseTo(result.metrics.inertia, 6);
  });

  it('numbers the rows when no id column is given', async () => {
    const { rows } = await runClusterCommand(good, { features: ['x', 'y'], k: 2 });
    expect(rows.map(([id]) => id)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('makes as many starts as asked for', async () => {
    expect((await runClusterCommand(good, { ...params, nInit: 7 })).params.nInit).toBe(7);
    await expect(runClusterCommand(good, { ...params, nInit: 0 })).rejects.toMatchObject({ kind: 'invalid-input' });
  });

  it('takes all numbers as features, but for the id and what is excluded', async () => {
    expect((await runClusterCommand(good, { id: 'id', k: 2 })).params.features).toEqual(['x', 'y']);
    expect((await runClusterCommand(good, { id: 'id', k: 2, exclude: ['y'] })).params.features).toEqual(['x']);
    await expect(runClusterCommand(good, { id: 'id', k: 2, exclude: ['z'] })).rejects.toMatchObject({
      code: 'CLUSTERS_COLUMN_MISSING',
    });
  });

  it('takes words, known groups and bounds where an algorithm does', async () => {
    const mixed = await runClusterCommand(good, {
      ...params,
      algorithm: 'kmedoids',
      categories: ['note'],
      scores: true,
    });
    expect(mixed.header).toEqual(['id', 'cluster', 'distance', 'confidence', 'outlier']);
    expect(mixed.params).toMatchObject({ features: ['x', 'y'], categories: ['note'], nInit: null });
    const guided = await runClusterCommand(edited(1, 2, 'far'), {
      ...params,
      algorithm: 'seeded-kmeans',
      seeds: 'note',
    });
    expect(guided.rows.map(([, cluster]) => cluster)).toEqual(['0', '1', '0', '0', '0']);
    const bounded = await runClusterCommand(good, { ...params, maxSize: 3 });
    expect(bounded).toMatchObject({ params: { algorithm: 'bounded-kmeans' }, metrics: { sizes: [3, 2] } });
    const attempt = runClusterCommand(good, { ...params, minSize: 3 });
    await expect(attempt).rejects.toMatchObject({ code: 'ML_UNSATISFIABLE', kind: 'unsuitable-data' });
  });

  it('heeds links and seeds of files, and names the lines of those that cannot be kept', async () => {
    const file = (text: string) => {
      const [header = [], ...rows] = text.split('\n').map((line) => line.split(','));
      return { header, rows, lineOf: (row: number) => row + 2 };
    };
    const linked = { ...params, algorithm: 'linked-kmeans', k: 2, params: { cannotLinks: 'required' } };
    const apart = file('a,b,link\na,c,cannot');
    const { rows } = await runClusterCommand(good, { ...linked, links: apart });
    const clusterOf = (id: string) => rows.find(([one]) => one === id)?.[1];
    expect(clusterOf('a')).not.toBe(clusterOf('c'));
    const seeds = file('id,group\na,near\nb,far');
    const seeded = await runClusterCommand(good, { ...params, algorithm: 'seeded-kmeans', k: 2, seeds });
    expect(new Set(seeded.rows.map(([, cluster]) => cluster)).size).toBe(2);
    const refused = async (links: string, message: RegExp) =>
      expect(runClusterCommand(good, { ...linked, links: file(links) })).rejects.toThrow(message);
    await refused('a,b,link\na,b,must\nb,a,cannot', /^line 3 and line 2 may not be together.*1 such pair/);
    await refused('a,b,link\na,b,cannot\nb,c,cannot\na,c,cannot', /^2 clusters cannot keep all apart/);
    await refused('a,b,link\na,zz,must', /^line 2, column "b": no row has this id/);
    await refused('a,b,link\na,b,maybe', /^line 2, column "link": must or cannot is wanted/);
  });

  it('tells why rows are where they are, and who is like none', async () => {
    const { explanations, outlierGroup } = await runClusterCommand(wide, { id: 'id', k: 2, explain: ['r0', 'r1'] });
    expect(explanations).toMatchObject([
      { id: 'r0', by: 'centres', others: [{ holds: true }] },
      { id: 'r1', by: 'centres', others: [{ holds: true }] },
    ]);
    expect(outlierGroup.rows).toBe(outlierGroup.ids.length);
    const stranger = runClusterCommand(wide, { id: 'id', k: 2, explain: ['nobody'] });
    await expect(stranger).rejects.toMatchObject({ code: 'CLUSTERS_BAD_PARAMETER' });
  });

  it('leaves the distance of rows in no cluster empty, and reads parameters', async () => {
    const settings = { ...params, k: 'auto' as const, algorithm: 'dbscan', params: { eps: '1.5', minPoints: '2' } };
    const { rows, metrics } = await runClusterCommand(edited(3, 1, '50'), settings);
    expect(metrics).toMatchObject({ k: 1, noise: 2, silhouette: null });
    expect(rows[1]?.slice(1)).toEqual(['-1', '']);
    const attempt = runClusterCommand(good, { ...settings, params: { eps: 'far' } });
    await expect(attempt).rejects.toMatchObject({ code: 'ALGORITHM_PARAM', kind: 'invalid-input' });
  });

  it('warns when one column rules the distances', async () => {
    const wide = edited(0, 3, '90000');
    expect((await runClusterCommand(wide, params)).warnings.join(' ')).toContain('Column "y" varies');
    expect((await runClusterCommand(wide, { ...params, scale: 'zscore' })).warnings.join(' ')).not.toContain('varies');
  });

  it.each([
    ['a missing feature', good, { ...params, features: ['x', 'z'] }, 'CLUSTERS_COLUMN_MISSING', { column: 'z' }],
    ['a missing id column', good, { ...params, id: 'key' }, 'CLUSTERS_COLUMN_MISSING', { column: 'key' }],
    ['a word for a number', edited(2, 1, 'many'), params, 'CLUSTERS_NOT_A_NUMBER', { line: 4, column: 'x' }],
    ['an empty cell', edited(4, 3, ''), params, 'CLUSTERS_NOT_A_NUMBER', { line: 6, column: 'y' }],
    ['infinity', edited(0, 3, 'Infinity'), params, 'CLUSTERS_NOT_A_NUMBER', { line: 2, column: 'y' }],
    ['an overflowing number', edited(0, 3, '1e999'), params, 'CLUSTERS_NOT_A_NUMBER', { line: 2, column: 'y' }],
    ['a hexadecimal number', edited(0, 3, '0x10'), params, 'CLUSTERS_NOT_A_NUMBER', { line: 2, column: 'y' }],
    ['an id twice', edited(3, 0, 'b'), params, 'CLUSTERS_ID_REPEATED', { line: 5, firstLine: 3, column: 'id' }],
    ['an empty id', edited(1, 0, ' '), params, 'CLUSTERS_ID_EMPTY', { line: 3, column: 'id' }],
    ['no rows', table(['id', 'x', 'y'], []), params, 'CLUSTERS_TABLE_EMPTY', {}],
    ['a short row', table(['id', 'x', 'y'], [['a', '1']]), params, 'CLUSTERS_ROW_WIDTH', { line: 2 }],
    ['a feature twice', good, { ...params, features: ['x', 'x'] }, 'CLUSTERS_COLUMN_REPEATED', { column: 'x' }],
    [
      'a header twice',
      table(['id', 'x', 'x'], [['a', '1', '2']]),
      { ...params, features: ['x'] },
      'CLUSTERS_COLUMN_REPEATED',
      {},
    ],
    [
      'a column of two kinds',
      good,
      { ...params, algorithm: 'kmedoids', categories: ['note', 'y'] },
      'CLUSTERS_COLUMN_REPEATED',
      { column: 'y', where: 'is named as a feature and as a category' },
    ],
    [
      'a feature of words that is a category too',
      good,
      { ...params, features: ['x', 'note'], categories: ['note'] },
      'CLUSTERS_COLUMN_REPEATED',
      { column: 'note' },
    ],
    [
      'a category twice',
      good,
      { ...params, algorithm: 'kmedoids', categories: ['note', 'note'] },
      'CLUSTERS_COLUMN_REPEATED',
      { column: 'note', where: 'is named twice in the categories' },
    ],
    ['no features', good, { ...params, features: [] }, 'CLUSTERS_BAD_PARAMETER', { parameter: 'features' }],
    ['an unknown algorithm', good, { ...params, algorithm: 'k-meens' }, 'ALGORITHM_UNKNOWN', { nearest: 'kmeans' }],
    ['k = 1', good, { ...params, k: 1 }, 'CLUSTERS_BAD_PARAMETER', { parameter: 'k' }],
  ])('refuses %s as invalid input, with its place', async (_title, input, settings, code, details) => {
    const attempt = runClusterCommand(input, settings);
    await expect(attempt).rejects.toMatchObject({ code, kind: 'invalid-input', details });
  });

  it('never tells the content of a cell', async () => {
    const secret = edited(2, 1, 'anna@example.org');
    await expect(runClusterCommand(secret, params)).rejects.toMatchObject({
      message: 'line 4, column "x": text of 16 characters where a number is wanted',
    });
  });

  it.each([
    ['more clusters than rows', good, { ...params, k: 6 }],
    ['more clusters than different rows', table(['x'], [['1'], ['2'], ['1'], ['2']]), { features: ['x'], k: 3 }],
    [
      'a constant table',
      table(
        ['x', 'y'],
        [
          ['1', '2'],
          ['1', '2'],
          ['1', '2'],
        ],
      ),
      { features: ['x', 'y'], k: 2 },
    ],
    ['two rows for auto', table(['x'], [['1'], ['2']]), { features: ['x'] }],
  ])('refuses %s as unsuitable data', async (_title, input, settings) => {
    await expect(runClusterCommand(input, settings)).rejects.toMatchObject({ kind: 'unsuitable-data' });
  });
});
