import { seededRandom } from '@kohort/kernel-clock-random';
import type { ClusterCsvTable } from '../clusters/csv-features';
import { runProjectCommand } from './project-file';
import { projectionPage } from './projection-page';

const random = seededRandom(6);
const table = (header: string[], rows: string[][]): ClusterCsvTable => ({ header, rows, lineOf: (row) => row + 2 });
const people = table(
  ['who', 'visits', 'note', 'spent', 'group'],
  Array.from({ length: 60 }, (_, i) => {
    const far = 30 * (i % 2);
    return [`p${i}`, String(far + random.normal()), 'text', String(far + random.normal()), i % 2 ? '<b>' : 'plain'];
  }),
);
const params = { method: 'pca', id: 'who', color: 'group' } as const;

describe('runProjectCommand', () => {
  it('takes the columns that hold numbers, and answers a point a row with its colour', async () => {
    const found = await runProjectCommand(people, params);
    expect(found.header).toEqual(['id', 'x', 'y', 'group']);
    expect(found.params).toMatchObject({ features: ['visits', 'spent'], scale: 'auto', seed: 1 });
    expect(found.rows).toHaveLength(60);
    expect(found.metrics).toMatchObject({ method: 'pca', judged: 'exact', judgedRows: 60, laidOutRows: 60 });
    expect(found.metrics.trustworthiness).toBeGreaterThan(0.99);
    const sides = found.rows.map(([, x = '', , group]) => `${group} ${Math.sign(Number(x))}`);
    expect(new Set(sides).size).toBe(2);
  });

  it('names the place of what it cannot take', async () => {
    const code = (value: string) => expect.objectContaining({ code: value });
    const bad = (change: object) => expect(runProjectCommand(people, { ...params, ...change })).rejects;
    await bad({ features: ['visits', 'note'] }).toEqual(code('CLUSTERS_NOT_A_NUMBER'));
    await bad({ color: 'tint' }).toMatchObject({ code: 'CLUSTERS_COLUMN_MISSING', details: { column: 'tint' } });
    await bad({ method: 'umap' }).toEqual(code('PROJECTION_NO_ENGINE'));
    await bad({ method: 'tsne', perplexity: 0.5 }).toEqual(code('ML_PARAM'));
    const words = table(['a'], [['x'], ['y'], ['z'], ['w']]);
    await expect(runProjectCommand(words, { method: 'pca' })).rejects.toMatchObject({
      code: 'CLUSTERS_BAD_PARAMETER',
    });
    const three = table(
      ['a', 'b'],
      people.rows.slice(0, 3).map((row) => [row[1] ?? '', row[3] ?? '']),
    );
    await expect(runProjectCommand(three, { method: 'pca' })).rejects.toMatchObject({ kind: 'unsuitable-data' });
  });
});

describe('projectionPage', () => {
  it('draws every point in its colour, escapes cells and loads nothing', async () => {
    const { projection, ids, colors } = await runProjectCommand(people, params);
    const page = projectionPage({ title: 'a & b', projection, ids, color: { name: 'group', values: colors ?? [] } });
    expect(page.match(/<circle /g)).toHaveLength(60);
    expect(page.match(/fill="#0072b2"/g)).toHaveLength(30);
    expect(page).toContain('<title>a &amp; b</title>');
    expect(page).toContain('&lt;b&gt; <span>30</span>');
    expect(page).not.toMatch(/<b>|<script|https?:/);
    expect(page).toContain('Trustworthiness');
    expect(projectionPage({ title: 't', projection, ids, color: null })).not.toContain('fill="#');
  });
});
