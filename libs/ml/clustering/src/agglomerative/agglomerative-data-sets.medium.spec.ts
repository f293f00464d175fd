import { seededRandom } from '@kohort/kernel-clock-random';
import { hasDataSets, plantedSet, readReference } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { agglomerative } from './agglomerative';
import { agglomerativeDefaults } from './agglomerative.params';

interface Result {
  readonly true_clusters: number;
  readonly agglomerative_ward: { readonly ari: number };
  readonly agglomerative_single: { readonly ari: number };
}

(hasDataSets ? describe : describe.skip)('hierarchies on planted clusters, against recomputed results', () => {
  it.each(['s1', 's4', 'a3', 'unbalance'])(
    '%s: the agreement of ward and single linkage with the truth',
    async (name) => {
      const wanted = readReference<Record<string, Result>>('clustering-benchmarks')[name] as Result;
      const { matrix, truth } = plantedSet(name);
      for (const linkage of ['ward', 'single'] as const) {
        const params = { ...agglomerativeDefaults, linkage, cut: { by: 'k', k: wanted.true_clusters } as const };
        const { labels } = await agglomerative.fit(matrix, params, { random: seededRandom(1) });
        const ari = adjustedRandIndex(truth, labels);
        // Coordinates are whole numbers: joins of equal height may be made in another order.
        expect(Math.abs(ari - wanted[`agglomerative_${linkage}`].ari)).toBeLessThan(5e-3);
      }
    },
  );

  it('birch1: 100,000 rows through micro-clusters', async () => {
    const { matrix, truth } = plantedSet('birch1');
    const params = { ...agglomerativeDefaults, cut: { by: 'k', k: 100 } as const };
    const { labels, condensed } = await agglomerative.fit(matrix, params, { random: seededRandom(1) });
    expect(condensed?.rows).toBe(100_000);
    expect(adjustedRandIndex(truth, labels)).toBeGreaterThan(0.8);
  });
});
