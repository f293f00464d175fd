import { seededRandom } from '@kohort/kernel-clock-random';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { dissimilarity, fitDissimilarity, type Dissimilarity } from './dissimilarity';
import { kmedoids } from './kmedoids';
import { kmedoidsDefaults } from './kmedoids.params';
import golden from './reference/kmedoids.golden.json';

const asked = (metric: string, categories: number[], weights: number[]): Dissimilarity => {
  if (metric === 'gower') return { kind: 'gower', categories, weights };
  return { kind: metric === 'manhattan' ? 'manhattan' : 'euclidean' };
};

describe("k-medoids against R's cluster", () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, k, metric, categories, weights, ...wanted }) => {
    const matrix = { data: Float32Array.from(data, (value) => value ?? NaN), rows, cols };
    const how = asked(metric, categories, weights);
    const fitted = fitDissimilarity(matrix, how);
    wanted.firstDistances.forEach((value, row) =>
      expect(Math.abs(dissimilarity(fitted, [matrix, 0], [matrix, row]) - value)).toBeLessThan(1e-9),
    );
    const params = { ...kmedoidsDefaults, k, dissimilarity: how };
    const { labels, cost } = await kmedoids.fit(matrix, params, { random: seededRandom(1) });
    expect(cost / wanted.cost).toBeLessThan(1 + 1e-6);
    if (Math.abs(cost / wanted.cost - 1) < 1e-6) expect(adjustedRandIndex(labels, wanted.labels)).toBeGreaterThan(0.97);
  });
});
