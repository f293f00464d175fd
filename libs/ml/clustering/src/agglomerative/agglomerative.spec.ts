import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { fourGroups } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { agglomerative, linkRows } from './agglomerative';
import { agglomerativeDefaults, type AgglomerativeParams, type Linkage } from './agglomerative.params';
import { cutDendrogram } from './dendrogram';

const control = () => ({ random: seededRandom(3) });
const linkages: readonly Linkage[] = ['ward', 'average', 'complete', 'weighted', 'single'];
const cutBy = (k: number, linkage: Linkage = 'ward'): AgglomerativeParams => ({
  ...agglomerativeDefaults,
  linkage,
  cut: { by: 'k', k },
});

/** Every join by looking at all pairs of clusters: the distance of two clusters as the linkage defines it. */
function heightsByHand({ data, rows, cols }: Matrix, linkage: 'average' | 'complete' | 'single' | 'ward'): number[] {
  const row = (i: number) => Array.from(data.subarray(i * cols, i * cols + cols));
  const gap = (a: number[], b: number[]) => Math.sqrt(a.reduce((sum, v, j) => sum + (v - (b[j] ?? 0)) ** 2, 0));
  const mean = (members: number[]) =>
    row(0).map((_, j) => members.reduce((sum, i) => sum + (row(i)[j] ?? 0), 0) / members.length);
  const between = (a: number[], b: number[]): number => {
    if (linkage === 'ward') return Math.sqrt((2 * a.length * b.length) / (a.length + b.length)) * gap(mean(a), mean(b));
    const pairs = a.flatMap((i) => b.map((j) => gap(row(i), row(j))));
    if (linkage === 'average') return pairs.reduce((sum, v) => sum + v, 0) / pairs.length;
    return linkage === 'single' ? Math.min(...pairs) : Math.max(...pairs);
  };
  let clusters = Array.from({ length: rows }, (_, i) => [i]);
  const heights: number[] = [];
  while (clusters.length > 1) {
    const pairs = clusters.flatMap((a, i) => clusters.slice(i + 1).map((b) => ({ a, b, height: between(a, b) })));
    const least = pairs.reduce((p, q) => (q.height < p.height ? q : p));
    heights.push(least.height);
    clusters = [...clusters.filter((c) => c !== least.a && c !== least.b), [...least.a, ...least.b]];
  }
  return heights;
}

describe('agglomerative clustering', () => {
  it('is computed by hand: two pairs on a line', async () => {
    const fitted = await agglomerative.fit(matrixOf([[10], [0], [2], [14]]), cutBy(2), control());
    expect([...fitted.labels]).toEqual([0, 1, 1, 0]);
    expect(fitted.sizes).toEqual([2, 2]);
    expect([...fitted.dendrogram.height].slice(0, 2)).toEqual([2, 4]);
    expect(fitted.dendrogram.height[2]).toBeCloseTo(Math.sqrt(2) * 11, 12);
    expect([...(await agglomerative.predict(fitted, matrixOf([[1], [9], [5.9]])))]).toEqual([1, 0, 1]);
  });

  it('joins what its definition joins, on any rows', async () => {
    const shape = fc.record({ seed: fc.integer({ min: 1, max: 1e5 }), rows: fc.integer({ min: 1, max: 14 }) });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, rows }) => {
        const random = seededRandom(seed);
        const data = Float32Array.from({ length: rows * 2 }, () => random.normal());
        const matrix = { data, rows, cols: 2 };
        for (const linkage of ['average', 'complete', 'single', 'ward'] as const) {
          const { height } = await linkRows(matrix, { linkage });
          heightsByHand(matrix, linkage).forEach((wanted, at) => expect(height[at]).toBeCloseTo(wanted, 9));
        }
      }),
      { seed: 5, numRuns: 12 },
    );
  });

  it.each(linkages)('%s: a cut by k is the cut by any height between the joins it parts', async (linkage) => {
    const matrix = fourGroups(3);
    const tree = await linkRows(matrix, { linkage });
    for (const k of [1, 2, 4, 9, 200]) {
      const at = matrix.rows - k;
      const height = ((tree.height[at - 1] ?? 0) + (tree.height[at] ?? Infinity)) / 2;
      const byHeight = cutDendrogram(tree, { by: 'height', height: Math.min(height, 1e9) });
      expect([...cutDendrogram(tree, { by: 'k', k })]).toEqual([...byHeight]);
      expect(new Set(byHeight).size).toBe(k);
    }
  });

  it('answers its training labels for its training rows', async () => {
    const matrix = fourGroups(8);
    for (const linkage of linkages) {
      const fitted = await agglomerative.fit(matrix, cutBy(7, linkage), control());
      expect([...(await agglomerative.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    }
  });

  it('condenses a table above its limit, says so, and finds the same groups', async () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 3000 }, (_, i) => [(i % 3) * 20 + random.normal(), random.normal()]);
    for (const linkage of linkages) {
      const params = { ...cutBy(3, linkage), mostRows: 500, microClusters: 100 };
      const fitted = await agglomerative.fit(matrixOf(rows), params, control());
      expect(fitted.condensed).toEqual({ rows: 3000, microClusters: 100 });
      expect(fitted.sizes).toEqual([1000, 1000, 1000]);
      expect(
        adjustedRandIndex(
          fitted.labels,
          rows.map((_, i) => i % 3),
        ),
      ).toBe(1);
      expect(fitted.dendrogram.size.at(-1)).toBe(3000);
    }
  });

  it('condenses a large table of few different rows to these', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => [i % 3, 7]);
    const params = { ...cutBy(2), mostRows: 100, microClusters: 50 };
    const fitted = await agglomerative.fit(matrixOf(rows), params, control());
    expect(fitted.condensed).toEqual({ rows: 900, microClusters: 3 });
    expect([...fitted.sizes].sort()).toEqual([300, 600]);
  });

  it('takes one row, one column, duplicates, a constant column and 10,000 columns', async () => {
    expect(await agglomerative.fit(matrixOf([[3, 4]]), cutBy(1), control())).toMatchObject({ k: 1, sizes: [1] });
    const doubled = matrixOf([
      [1, 7],
      [5, 7],
      [1, 7],
      [5, 7],
      [5, 7],
    ]);
    for (const linkage of linkages) {
      const fitted = await agglomerative.fit(doubled, cutBy(2, linkage), control());
      expect([...fitted.labels]).toEqual([0, 1, 0, 1, 1]);
    }
    await expect(agglomerative.fit(doubled, cutBy(3), control())).rejects.toMatchObject({ code: 'ML_TOO_FEW_ROWS' });
    const random = seededRandom(2);
    const wide = {
      rows: 6,
      cols: 10_000,
      data: Float32Array.from({ length: 60_000 }, (_, at) => random.normal() + (at < 30_000 ? 9 : 0)),
    };
    const fitted = await agglomerative.fit(wide, cutBy(2), control());
    expect([...fitted.labels]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('stops in the middle when its signal is aborted, and tells how far it is', async () => {
    const random = seededRandom(2);
    const matrix = matrixOf(Array.from({ length: 1500 }, () => Array.from({ length: 30 }, () => random.normal())));
    for (const linkage of ['ward', 'average', 'single'] as const) {
      const stop = new AbortController();
      const phases: string[] = [];
      const onProgress = ({ phase }: { phase: string }) => {
        phases.push(phase);
        stop.abort();
      };
      const fit = agglomerative.fit(matrix, cutBy(3, linkage), { ...control(), signal: stop.signal, onProgress });
      await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
      expect(phases).toHaveLength(1);
    }
  });
});
