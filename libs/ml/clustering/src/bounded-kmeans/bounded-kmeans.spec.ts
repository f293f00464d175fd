import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { assignWithin } from './bounded-assignment';
import { boundedKmeans } from './bounded-kmeans';
import { boundedKmeansDefaults } from './bounded-kmeans.params';

const control = () => ({ random: seededRandom(3) });

/** The cheapest total within the bounds, by trying every assignment. */
function cheapest(costs: Float64Array, k: number, [min, max]: [number, number]): number {
  const n = costs.length / k;
  let best = Infinity;
  for (let code = 0; code < k ** n; code += 1) {
    const labels = Array.from({ length: n }, (_, i) => Math.floor(code / k ** i) % k);
    const sizes = Array.from({ length: k }, (_, c) => labels.filter((label) => label === c).length);
    if (sizes.some((size) => size < min || size > max)) continue;
    best = Math.min(
      best,
      labels.reduce((sum, label, i) => sum + (costs[i * k + label] ?? 0), 0),
    );
  }
  return best;
}

describe('assignWithin', () => {
  it('is the cheapest of all assignments within the bounds, ties and chains included', () => {
    const shape = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      min: fc.integer({ min: 0, max: 2 }),
      max: fc.integer({ min: 2, max: 4 }),
      k: fc.integer({ min: 2, max: 3 }),
    });
    fc.assert(
      fc.property(shape, ({ seed, min, max, k }) => {
        const n = 6;
        if (k * min > n || k * max < n) return;
        const random = seededRandom(seed);
        const coarse = seed % 2 === 0;
        const costs = Float64Array.from({ length: n * k }, () => (coarse ? random.int(4) : random.next()));
        const labels = assignWithin({ costs, k, minSize: min, maxSize: max });
        const sizes = Array.from({ length: k }, (_, c) => labels.filter((label) => label === c).length);
        expect(sizes.every((size) => size >= min && size <= max)).toBe(true);
        const total = labels.reduce((sum, label, i) => sum + (costs[i * k + label] ?? 0), 0);
        expect(total).toBeCloseTo(cheapest(costs, k, [min, max]), 9);
      }),
      { seed: 6, numRuns: 120 },
    );
  });
});

describe('k-means with bounds', () => {
  it('keeps bounds that groups of unlike size break, and is k-means where they hold anyhow', async () => {
    const random = seededRandom(4);
    const rows = Array.from({ length: 200 }, (_, i) => [(i < 160 ? 0 : 12) + random.normal(), random.normal()]);
    const fit = (minSize: number, maxSize: number | null) =>
      boundedKmeans.fit(matrixOf(rows), { ...boundedKmeansDefaults, k: 2, minSize, maxSize }, control());
    const even = await fit(90, 110);
    expect(Math.max(...even.kmeans.sizes)).toBeLessThanOrEqual(110);
    expect(Math.min(...even.kmeans.sizes)).toBeGreaterThanOrEqual(90);
    expect(even.kmeans.converged).toBe(true);
    const free = await fit(1, null);
    expect([...free.kmeans.sizes].sort((a, b) => a - b)).toEqual([40, 160]);
    expect(free.kmeans.inertia).toBeLessThan(even.kmeans.inertia);
    const loaded = boundedKmeans.fromJson(JSON.parse(JSON.stringify(boundedKmeans.toJson(free))));
    expect([...(await boundedKmeans.predict(loaded, matrixOf(rows)))]).toEqual([...free.labels]);
  });

  it('weighs columns: one of weight 0 is left out, one of weight 100 decides', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => [i % 2, (i % 4 < 2 ? 0 : 1) * 3]);
    const fit = (weights: number[]) =>
      boundedKmeans.fit(matrixOf(rows), { ...boundedKmeansDefaults, k: 2, weights }, control());
    for (const weights of [
      [1, 0],
      [100, 1],
    ]) {
      expect(
        adjustedRandIndex(
          (await fit(weights)).labels,
          rows.map((row) => row[0] ?? 0),
        ),
      ).toBe(1);
    }
    expect(
      adjustedRandIndex(
        (await fit([1, 1])).labels,
        rows.map((row) => row[1] ?? 0),
      ),
    ).toBe(1);
  });

  it('stops in the middle when its signal is aborted', async () => {
    const random = seededRandom(2);
    const matrix = matrixOf(Array.from({ length: 400 }, () => [random.next(), random.next()]));
    const stop = new AbortController();
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === 'assigning within bounds') stop.abort();
    };
    const params = { ...boundedKmeansDefaults, k: 5, minSize: 80 };
    const fit = boundedKmeans.fit(matrix, params, { ...control(), signal: stop.signal, onProgress });
    await expect(fit).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
