import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { clusterTable } from '../clusters/cluster-table';
import { serialiseClusterModel } from '../clusters/cluster-model';
import { wideMatrixOf } from '@kohort/ml-core';
import { runSheetCommand } from './sheet-file';
import { sheetPage } from './sheet-page';

const control = { clock: manualClock(0) };
const random = seededRandom(5);
const people = Array.from({ length: 120 }, (_, i) => {
  const loyal = i % 3 > 0;
  return [(loyal ? 20 : 300) + random.normal(), (loyal ? 60 : 9) + random.normal()];
});
const cells = people.map(([recency, frequency], i) => [
  `p${i}`,
  String(recency),
  String(frequency),
  String(10 * (frequency ?? 0)),
  i % 3 > 0 ? 'no' : i === 0 ? '' : 'Yes',
  i < 4 ? '' : i % 3 > 0 ? 'stay' : 'go',
]);
const table = {
  header: ['id', 'recency_days', 'frequency', 'turnover', 'left', 'group'],
  rows: cells,
  lineOf: (row: number) => row + 2,
};
const features = ['recency_days', 'frequency'];

describe('runSheetCommand', () => {
  it('groups by an algorithm, with value and losses of columns that are no feature', async () => {
    const params = { id: 'id', features, value: 'turnover', churn: 'left', k: 2 } as const;
    const { stories, metrics, notes } = await runSheetCommand(table, params, control);
    const [loyal, gone] = stories.clusters;
    expect(metrics).toMatchObject({ k: 2, noise: 0, ruleFidelity: 1 });
    expect([loyal?.sheet.size, gone?.sheet.size]).toEqual([80, 40]);
    expect(loyal?.sheet.shareOfValue).toBeGreaterThan(0.9);
    expect(loyal?.churn?.share).toBe(0);
    expect(gone?.churn).toMatchObject({ share: 1, known: 39 });
    expect(loyal?.confidence).toBeGreaterThan(0.5);
    expect(notes[1]).toBe('2 clusters were asked for.');
  });

  it('takes the groups of a column, empty cells in none, the largest first', async () => {
    const { stories, params } = await runSheetCommand(table, { id: 'id', features, clusters: 'group' }, control);
    expect(stories.noise).toBe(4);
    expect(stories.clusters.map(({ sheet }) => sheet.size)).toEqual([78, 38]);
    expect(params).toMatchObject({ clusters: 'group', algorithm: null });
  });

  it('places rows by a stored model, and chooses k where none is given', async () => {
    const input = { featureNames: features, matrix: wideMatrixOf(people), ids: cells.map(([id = '']) => id) };
    const settings = { algorithm: 'kmeans', k: 2, seed: 1, scaling: 'auto' } as const;
    const { model } = await clusterTable(input, settings);
    const placed = await runSheetCommand(table, { id: 'id', model: serialiseClusterModel(model) }, control);
    expect(placed.stories.clusters.map(({ sheet }) => sheet.size)).toEqual([80, 40]);
    const chosen = await runSheetCommand(table, { id: 'id', features }, control);
    expect(chosen.metrics).toMatchObject({ k: 2 });
  });

  it('names what is wrong with a file by line and column', async () => {
    const run = (params: object) => runSheetCommand(table, { id: 'id', features, ...params }, control);
    await expect(run({ churn: 'turnover' })).rejects.toMatchObject({
      code: 'CLUSTERS_BAD_PARAMETER',
      details: { line: 2, column: 'turnover' },
    });
    await expect(run({ value: 'left' })).rejects.toMatchObject({
      code: 'CLUSTERS_NOT_A_NUMBER',
      details: { line: 3, column: 'left' },
    });
    await expect(run({ clusters: 'id' })).rejects.toMatchObject({ code: 'CLUSTERS_BAD_PARAMETER' });
    await expect(run({ clusters: 'group', algorithm: 'kmeans' })).rejects.toMatchObject({
      code: 'CLUSTERS_BAD_PARAMETER',
    });
    await expect(run({ model: '{}' })).rejects.toMatchObject({ code: 'CLUSTERS_BAD_MODEL' });
  });

  it('tells columns of words by shares, in the page too, whether they are grouped by or not', async () => {
    const asked = { id: 'id', features: ['recency_days'], categories: ['left'] };
    const told = await runSheetCommand(table, { ...asked, clusters: 'group' }, control);
    const [stay] = told.stories.clusters;
    expect(told.featureNames).toEqual(['recency_days', 'left']);
    expect(stay?.sheet.categories).toContainEqual(
      expect.objectContaining({ feature: 'left', word: 'no', shareOfCluster: 1 }),
    );
    expect(stay?.exemplars[0]?.values).toEqual([expect.any(Number), 'no']);
    const page = sheetPage({ title: 'People', stories: told.stories, featureNames: told.featureNames, notes: [] });
    expect(page).toMatch(/<td>left no<\/td><td class="n">100 %<\/td><td class="n">\d\d %<\/td>/);
    const grouped = await runSheetCommand(table, { ...asked, algorithm: 'kprototypes' }, control);
    expect(grouped.stories.clusters.length).toBeGreaterThan(1);
    expect(grouped.notes.join(' ')).toContain('separate best');
    const kmeans = runSheetCommand(table, { ...asked, k: 2 }, control);
    await expect(kmeans).rejects.toMatchObject({ code: 'ALGORITHM_SETTING' });
    const both = runSheetCommand(table, { ...asked, features: ['left', 'recency_days'], clusters: 'group' }, control);
    await expect(both).rejects.toMatchObject({ code: 'CLUSTERS_COLUMN_REPEATED', details: { column: 'left' } });
  });

  it("reads words by a stored model's own lists, and refuses to be told others", async () => {
    // Lists in another order than the alphabet's, and in front of the numbers.
    const words = ['Yes', 'no', ''];
    const rows = people.map(([recency = 0], i) => [words.indexOf(cells[i]?.[4] ?? ''), recency]);
    const input = {
      featureNames: ['left', 'recency_days'],
      matrix: wideMatrixOf(rows),
      ids: cells.map(([id = '']) => id),
      categories: [{ feature: 'left', words }],
    };
    const fitted = await clusterTable(input, { algorithm: 'kmedoids', k: 2, seed: 1, scaling: 'auto' });
    const model = serialiseClusterModel(fitted.model);
    const strange = {
      ...table,
      rows: cells.map((row, i) => row.map((cell, j) => (i === 0 && j === 4 ? 'maybe' : cell))),
    };
    const { stories, featureNames } = await runSheetCommand(strange, { id: 'id', model }, control);
    expect(featureNames).toEqual(['left', 'recency_days']);
    expect(stories.clusters.map(({ sheet }) => sheet.size)).toEqual([80, 40]);
    const shares = stories.clusters.map(({ sheet }) => sheet.categories?.find(({ word }) => word === 'no'));
    expect(shares[0]).toMatchObject({ feature: 'left', shareOfCluster: 1, shareOfPeople: 80 / 120 });
    expect(stories.clusters.flatMap(({ exemplars }) => exemplars.map(({ values }) => values[0]))).toContain('Yes');
    const told = runSheetCommand(table, { id: 'id', model, categories: ['left'] }, control);
    await expect(told).rejects.toMatchObject({
      code: 'CLUSTERS_BAD_PARAMETER',
      details: { parameter: 'categories' },
    });
  });
});
