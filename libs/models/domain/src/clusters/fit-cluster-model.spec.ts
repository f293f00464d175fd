import { clusteringCardSchema } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import { assignClusters, parseClusterModel } from './cluster-model';
import { fitClusterModel } from './fit-cluster-model';

describe('fitClusterModel', () => {
  it('labels everybody, missing values too, and answers a card and an artifact that place them alike', async () => {
    const random = seededRandom(6);
    const kinds = [
      [8, 15, 2000],
      [200, 1, 40],
      [15, 1, 50],
    ];
    const rows = Array.from({ length: 300 }, (_, i) =>
      (kinds[i % 3] ?? []).map((v) => v * Math.exp(0.25 * random.normal())),
    );
    const data = Float64Array.from(rows.flat());
    data[7] = NaN;
    const people = {
      profileIds: rows.map((_, i) => `p${i}`),
      features: ['recency_days', 'frequency', 'monetary'],
      data,
    };
    const fit = await fitClusterModel(people, { k: 'auto', seed: 3 });
    const card = clusteringCardSchema.parse(fit.card);
    expect(card.clusters.map(({ name }) => name).sort()).toEqual([
      'Lapsed one-time buyers',
      'Loyal big spenders',
      'Recent one-time buyers',
    ]);
    expect(card.clusters[fit.labels[0] ?? -1]?.key).toBe('loyal_big_spenders');
    expect(card.warnings.join(' ')).toContain('"frequency": 1 missing value replaced by the median');
    const placed = await assignClusters(parseClusterModel(fit.artifact), { data, rows: 300, cols: 3 });
    expect(placed.labels).toEqual(fit.labels);
  });
});
