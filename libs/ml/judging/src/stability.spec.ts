import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { nearestMeans } from '../test/nearest-means';
import { measureStability } from './stability';
import { normalTable, tableShape, uniformTable } from './table-shape';

const random = seededRandom(4);
const about = (x: number, y: number, rows: number): number[][] =>
  Array.from({ length: rows }, () => [x + random.normal(), y + random.normal()]);
const control = () => ({ random: seededRandom(1) });

describe('measureStability', () => {
  it('finds separate groups again whole', async () => {
    const matrix = matrixOf([...about(0, 0, 60), ...about(12, 0, 40), ...about(0, 12, 20)]);
    const cluster = nearestMeans(3);
    const { labels } = await cluster(matrix, control());
    const found = await measureStability(matrix, { labels, k: 3, resamples: 8, cluster }, control());
    expect(found.resamples).toBe(8);
    expect(found.agreement).toBeGreaterThan(0.99);
    expect(found.weakestJaccard).toBe(Math.min(...found.clusters));
    expect(found.weakestJaccard).toBeGreaterThan(0.98);
  });

  it('tells the cluster that comes and goes from the ones that stay', async () => {
    // Two groups cut in three: the far one stays, the halves of the other are drawn anew each time.
    const matrix = matrixOf([...about(0, 0, 80), ...about(30, 0, 40)]);
    const cluster = nearestMeans(3, 3);
    const { labels } = await nearestMeans(3)(matrix, control());
    const { clusters } = await measureStability(matrix, { labels, k: 3, resamples: 12, cluster }, control());
    const far = labels[100] ?? -1;
    const halves = clusters.filter((_, c) => c !== far);
    expect(clusters[far]).toBeGreaterThan(0.85);
    expect(Math.max(...halves)).toBeLessThan(clusters[far] ?? 0);
    expect(Math.min(...halves)).toBeLessThan(0.8);
  });

  it('says nothing where no resample has enough different rows, and stops when told to', async () => {
    const two = matrixOf([
      [0, 0],
      [5, 5],
    ]);
    const input = { labels: [0, 1], k: 3, resamples: 4, cluster: nearestMeans(2) };
    expect(await measureStability(two, input, control())).toEqual({
      agreement: 0,
      clusters: [0, 0, 0],
      weakestJaccard: 0,
      resamples: 0,
    });
    const stopped = { ...control(), signal: AbortSignal.abort() };
    await expect(measureStability(two, input, stopped)).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});

describe('tables without clusters', () => {
  it('have the mean and the spread of the table that they are drawn after', () => {
    const shape = tableShape(matrixOf(about(3, -2, 400).map(([x = 0, y = 0]) => [5 * x, y])));
    const tables = [
      { table: normalTable(shape, 4000, seededRandom(2)), spread: 5 },
      // Evenly over about ±3 deviations.
      { table: uniformTable(shape, 4000, seededRandom(2)), spread: 8.7 },
    ];
    for (const { table, spread } of tables) {
      const again = tableShape(table);
      expect(Math.abs((again.means[0] ?? 0) - 15)).toBeLessThan(2);
      expect(Math.abs(Math.max(...again.spreads) / spread - 1)).toBeLessThan(0.15);
    }
  });
});
