import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, takeRows } from '@kohort/ml-core';
import { project } from './project';
import { projectionDefaults } from './project.params';

const random = seededRandom(5);
const groups = matrixOf(
  Array.from({ length: 150 }, (_, i) => Array.from({ length: 4 }, () => random.normal() + 20 * (i % 3))),
);
const control = () => ({ random: seededRandom(1) });
const quick = { ...projectionDefaults, tsne: { ...projectionDefaults.tsne, iterations: 250, earlyIterations: 100 } };

describe('project', () => {
  it('projects every row on the principal plane and says what it shows', async () => {
    const found = await project(groups, projectionDefaults, control());
    expect(found).toMatchObject({ method: 'pca', others: 'none', divergence: null });
    expect(found.fitted).toHaveLength(150);
    expect(found.explainedShare?.[0]).toBeGreaterThan(0.9);
    expect(found.trustworthiness).toMatchObject({ method: 'exact', rowsUsed: 150 });
    expect(found.notes.at(-1)).toMatch(/^Trustworthiness 0\.\d{3}, by 5 neighbours/);
  });

  it('lays out a sample and places everyone else beside their own', async () => {
    const found = await project(groups, { ...quick, method: 'tsne', mostFitted: 60 }, control());
    expect(found.others).toBe('nearest');
    expect(found.fitted).toHaveLength(60);
    const alone = await project(takeRows(groups, found.fitted), { ...quick, method: 'tsne' }, control());
    expect(takeRows(found.points, found.fitted).data).toEqual(alone.points.data);
    const centre = (group: number, axis: number) => {
      const own = [...found.fitted].filter((row) => row % 3 === group);
      return own.reduce((sum, row) => sum + (found.points.data[2 * row + axis] as number), 0) / own.length;
    };
    for (let row = 0; row < 150; row += 1) {
      const gaps = [0, 1, 2].map((group) =>
        Math.hypot(
          (found.points.data[2 * row] as number) - centre(group, 0),
          (found.points.data[2 * row + 1] as number) - centre(group, 1),
        ),
      );
      expect(gaps.indexOf(Math.min(...gaps))).toBe(row % 3);
    }
    expect(found.notes.join(' ')).toContain('60 of 150 rows, drawn at random');
  });

  it('refuses an engine that is not there, too few rows, missing values, and stops at the signal', async () => {
    const code = (value: string) => ({ code: value });
    await expect(project(groups, { ...quick, method: 'umap' }, control())).rejects.toMatchObject(
      code('PROJECTION_NO_ENGINE'),
    );
    await expect(project(matrixOf([[1], [2], [3]]), quick, control())).rejects.toMatchObject(code('ML_TOO_FEW_ROWS'));
    const holed = matrixOf([[1], [2], [NaN], [4]]);
    await expect(project(holed, quick, control())).rejects.toMatchObject(code('ML_NOT_FINITE'));
    const signal = AbortSignal.abort();
    const stopped = project(groups, { ...quick, method: 'tsne' }, { ...control(), signal });
    await expect(stopped).rejects.toMatchObject(code('ML_CANCELLED'));
  });
});
