import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { consensus } from './consensus';
import { consensusDefaults } from './consensus.params';

const control = () => ({ random: seededRandom(3) });

/** `count` noisy copies of a planted clustering of `rows` rows into k, each under names of its own. */
function noisy(seed: number, { rows, k, count, wrong }: { rows: number; k: number; count: number; wrong: number }) {
  const random = seededRandom(seed);
  const truth = Array.from({ length: rows }, () => random.int(k));
  const table = truth.map((cluster) =>
    Array.from({ length: count }, (_, b) => 10 * b + (((random.next() < wrong ? random.int(k) : cluster) + b) % k)),
  );
  return { truth, matrix: matrixOf(table) };
}

describe('a consensus of clusterings', () => {
  it('is computed by hand: two clusterings agree, one joins', async () => {
    const matrix = matrixOf([
      [0, 5, 1],
      [0, 5, 1],
      [0, 5, 1],
      [1, 6, 1],
      [1, 6, 1],
      [2, 7, 2],
    ]);
    const fitted = await consensus.fit(matrix, consensusDefaults, control());
    expect(fitted).toMatchObject({ k: 3, method: 'co-association', sizes: [3, 2, 1] });
    expect([...fitted.labels]).toEqual([0, 0, 0, 1, 1, 2]);
    expect([...fitted.support]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(fitted.agreements.slice(0, 2)).toEqual([1, 1]);
    // Two of three labels speak for the first cluster, one for both first ones.
    expect([
      ...(await consensus.predict(
        fitted,
        matrixOf([
          [0, 5, 2],
          [1, 99, 99],
        ]),
      )),
    ]).toEqual([0, 1]);
  });

  it('is nearer to the truth than any clustering it is made of, by either way', async () => {
    const { truth, matrix } = noisy(5, { rows: 300, k: 5, count: 9, wrong: 0.3 });
    for (const mostPatterns of [10_000, 0]) {
      const fitted = await consensus.fit(matrix, { k: 5, mostPatterns }, control());
      expect(fitted.method).toBe(mostPatterns === 0 ? 'vote' : 'co-association');
      const own = adjustedRandIndex(fitted.labels, truth);
      for (let b = 0; b < matrix.cols; b += 1) {
        const one = truth.map((_, i) => matrix.data[i * matrix.cols + b] as number);
        expect(own).toBeGreaterThan(adjustedRandIndex(one, truth) + 0.1);
      }
      expect([...(await consensus.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    }
  });

  it('chooses the planted number of clusters', async () => {
    for (const k of [2, 4, 6]) {
      const { matrix } = noisy(k, { rows: 240, k, count: 8, wrong: 0.15 });
      expect((await consensus.fit(matrix, consensusDefaults, control())).k).toBe(k);
    }
  });

  it('does not care what labels are called', async () => {
    const shape = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), vote: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, vote }) => {
        const { matrix } = noisy(seed, { rows: 60, k: 3, count: 4, wrong: 0.3 });
        const params = { k: 3, mostPatterns: vote ? 0 : 100 };
        const renamed: Matrix = { ...matrix, data: matrix.data.map((label) => 1000 + 3 * label) };
        const [first, second] = [
          await consensus.fit(matrix, params, control()),
          await consensus.fit(renamed, params, control()),
        ];
        expect([...second.labels]).toEqual([...first.labels]);
      }),
      { seed: 6, numRuns: 15 },
    );
  });
});
