import { clusteringAlgorithm } from '@kohort/ml-algorithms';
import { seededRandom } from '@kohort/kernel-clock-random';
import { chooseClusters } from './choose-clusters';

/** Two groups far apart. */
function twoGroups(rows: number) {
  const random = seededRandom(5);
  const data = Float32Array.from({ length: rows }, (_, i) => (i % 2) * 10 + random.normal());
  return { data, rows, cols: 1 };
}

describe('chooseClusters', () => {
  it.each([
    ['kmeans', 20_001, 20_000],
    ['agglomerative', 2_001, 2_000],
    ['agglomerative', 300, 300],
  ])('sweeps %s over %d rows on %d of them', async (name, rows, swept) => {
    const algorithm = clusteringAlgorithm(name);
    const asked = { scaled: twoGroups(rows), algorithm, settings: { seed: 1 }, codes: [] };
    const wish = { from: 2, to: 3 };
    const { k, choice } = await chooseClusters({ ...asked, wish }, { random: seededRandom(1) });
    expect({ k, swept: choice?.rowsSwept }).toEqual({ k: 2, swept });
  });
});
