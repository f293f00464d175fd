import { seededRandom } from '@kohort/kernel-clock-random';
import { hasDataSets, plantedSet } from '@kohort/ml-conformance';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { dbscan } from './dbscan/dbscan';
import { hdbscan } from './hdbscan/hdbscan';
import { hdbscanDefaults } from './hdbscan/hdbscan.params';
import { optics } from './optics/optics';
import { opticsDefaults } from './optics/optics.params';

const control = () => ({ random: seededRandom(1) });

/** Agreement over the rows that are not noise, and the share of those. */
function agreement(truth: readonly number[], labels: Int32Array) {
  const kept = [...labels.keys()].filter((row) => labels[row] !== -1);
  const ari = adjustedRandIndex(
    kept.map((row) => truth[row] ?? 0),
    kept.map((row) => labels[row] ?? 0),
  );
  return { ari, share: kept.length / labels.length };
}

(hasDataSets ? describe : describe.skip)('density on planted clusters', () => {
  it.each([
    { name: 's1', k: 15, eps: 20_000 },
    { name: 'unbalance', k: 8, eps: 8_000 },
  ])('$name: the planted clusters, and little noise, by each estimator', async ({ name, k, eps }) => {
    const { matrix, truth } = plantedSet(name);
    const found = [
      await hdbscan.fit(matrix, { ...hdbscanDefaults, minPoints: 10, minClusterSize: 60 }, control()),
      await dbscan.fit(matrix, { eps, minPoints: 10 }, control()),
      await optics.fit(matrix, { ...opticsDefaults, minPoints: 10, extraction: { method: 'dbscan', eps } }, control()),
    ];
    for (const fitted of found) {
      const { ari, share } = agreement(truth, fitted.labels);
      expect(ari).toBeGreaterThan(0.97);
      expect(share).toBeGreaterThan(0.8);
    }
    expect(found[0]?.k).toBe(k);
  });
});
