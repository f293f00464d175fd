import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { seededKmeans } from './seeded-kmeans';
import { seededKmeansDefaults } from './seeded-kmeans.params';

const control = () => ({ random: seededRandom(3) });

describe('k-means from seeds', () => {
  it('gives clusters the numbers of their seeds', async () => {
    const matrix = fourGroups(3);
    // Groups 2, 0, 3 and 1 are called 0 to 3 by one seed each.
    const names = [1, 3, 0, 2];
    const seeds = Array.from({ length: matrix.rows }, (_, i) => (i < 4 ? (names[i] ?? -1) : -1));
    for (const keepSeeds of [true, false]) {
      const fitted = await seededKmeans.fit({ matrix, seeds }, { ...seededKmeansDefaults, keepSeeds }, control());
      const right = [...fitted.labels].filter((label, i) => label === names[i % 4]).length;
      expect(right).toBe(matrix.rows);
      expect([...(await seededKmeans.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    }
  });

  it('keeps a seed in its cluster against its place, or only begins there', async () => {
    const matrix = matrixOf([[0], [1], [2], [10], [11], [12], [11]]);
    const seeds = [0, -1, -1, 1, -1, -1, 0];
    const kept = await seededKmeans.fit({ matrix, seeds }, { ...seededKmeansDefaults, k: 2 }, control());
    expect([...kept.labels]).toEqual([0, 0, 0, 1, 1, 1, 0]);
    const free = await seededKmeans.fit(
      { matrix, seeds },
      { ...seededKmeansDefaults, k: 2, keepSeeds: false },
      control(),
    );
    expect([...free.labels]).toEqual([0, 0, 0, 1, 1, 1, 1]);
  });

  it('finds clusters of which no seed is known', async () => {
    const matrix = fourGroups(4);
    const seeds = Array.from({ length: matrix.rows }, (_, i) => (i < 8 && i % 4 < 2 ? i % 4 : -1));
    const { labels, partition } = await seededKmeans.fit({ matrix, seeds }, seededKmeansDefaults, control());
    expect([...partition.sizes]).toEqual([50, 50, 50, 50]);
    expect([labels[0], labels[1]]).toEqual([0, 1]);
  });

  it('names seeds that do not fit', async () => {
    const matrix = matrixOf([[0], [1], [2]]);
    for (const seeds of [
      [0, 1],
      [0, 9, -1],
      [-1, -1, -1],
      [1, -1, -1],
      [0, 0.5, -1],
    ]) {
      const fitting = seededKmeans.fit({ matrix, seeds }, { ...seededKmeansDefaults, k: 2 }, control());
      await expect(fitting).rejects.toMatchObject({ code: 'GUIDED_SEEDS', kind: 'invalid-input' });
    }
  });
});
