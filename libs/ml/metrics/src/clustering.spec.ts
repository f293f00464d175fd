import { matrixOf } from '@kohort/ml-core';
import { seededRandom } from '@kohort/kernel-clock-random';
import { adjustedRandIndex } from './adjusted-rand-index';
import { calinskiHarabasz } from './calinski-harabasz';
import { daviesBouldin } from './davies-bouldin';
import { inertia } from './inertia';
import { silhouette } from './silhouette';

const line = matrixOf([[0], [2], [10], [14]]);

describe('measures of clusterings', () => {
  it('are computed by hand on a line of four', async () => {
    // Means 1 and 12, spreads 1 and 2: (1 + 2) / 11; between 2·(5.5²)·2 = 121 over 1 and within 10 over 2.
    expect(daviesBouldin(line, [0, 0, 1, 1])).toBeCloseTo(3 / 11, 12);
    expect(calinskiHarabasz(line, [0, 0, 1, 1])).toBeCloseTo(121 / 5, 12);
    expect(inertia(line, [0, 0, 1, 1], [1, 12])).toBe(10);
    const wanted = [10 / 12, 8 / 10, 5 / 9, 9 / 13].reduce((a, b) => a + b) / 4;
    expect((await silhouette(line, [0, 0, 1, 1])).value).toBeCloseTo(wanted, 6);
  });

  it('refuse a single cluster, one cluster a row, and labels of another length', async () => {
    for (const labels of [
      [0, 0, 0, 0],
      [0, 1, 2, 3],
    ]) {
      expect(() => daviesBouldin(line, labels)).toThrow(expect.objectContaining({ code: 'METRICS_CLUSTER_COUNT' }));
      await expect(silhouette(line, labels)).rejects.toMatchObject({ code: 'METRICS_CLUSTER_COUNT' });
    }
    expect(() => calinskiHarabasz(line, [0, 1])).toThrow(expect.objectContaining({ code: 'METRICS_LABELS_DIFFER' }));
    expect(() => adjustedRandIndex([0, 1], [0])).toThrow(expect.objectContaining({ code: 'METRICS_LABELS_DIFFER' }));
  });

  it('keep pair counts of a million rows: no overflow', () => {
    const n = 1_000_000;
    const first = Uint8Array.from({ length: n }, (_, i) => i % 5);
    const second = Uint8Array.from({ length: n }, (_, i) => (i < 10 ? 0 : (i % 5) + 1));
    expect(adjustedRandIndex(first, first)).toBe(1);
    expect(adjustedRandIndex(first, second)).toBeGreaterThan(0.9999);
    expect(adjustedRandIndex(first, second)).toBeLessThan(1);
  });

  it('sample above the limit, say so, keep small clusters, and come near the exact value', async () => {
    const random = seededRandom(9);
    const sizes = [2500, 1450, 50];
    const labels = sizes.flatMap((size, c) => new Array<number>(size).fill(c));
    const rows = labels.map((c) => [random.normal() + 3 * c, random.normal() - 2 * c]);
    const matrix = matrixOf(rows);
    const exact = await silhouette(matrix, labels);
    const sampled = await silhouette(matrix, labels, { exactRows: 1000, sampleRows: 800 });
    expect(exact.method).toBe('exact');
    expect(sampled.method).toBe('sampled');
    expect(sampled.rowsUsed).toBe(500 + 290 + 50);
    expect(Math.abs(sampled.value - exact.value)).toBeLessThan(0.03);
    expect(await silhouette(matrix, labels, { exactRows: 1000, sampleRows: 800 })).toEqual(sampled);
  });
});
