import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { linkGroups } from './link-groups';
import { linkedKmeans } from './linked-kmeans';
import { linkedKmeansDefaults } from './linked-kmeans.params';

const control = () => ({ random: seededRandom(3) });

describe('linkGroups', () => {
  it('joins rows along chains, and carries what must be apart to their groups', () => {
    const { groups, of, foes } = linkGroups(
      6,
      [
        [0, 2],
        [2, 4],
      ],
      [
        [4, 1],
        [0, 1],
        [3, 5],
      ],
    );
    expect(groups).toBe(4);
    expect([...of]).toEqual([0, 1, 0, 2, 0, 3]);
    expect(foes).toEqual([[1], [0], [3], [2]]);
  });

  it('names links that contradict each other, and rows that do not exist', () => {
    const links = () =>
      linkGroups(
        5,
        [
          [0, 1],
          [1, 2],
        ],
        [
          [3, 4],
          [0, 2],
          [1, 2],
        ],
      );
    expect(links).toThrow(expect.objectContaining({ code: 'GUIDED_LINKS_CONFLICT', kind: 'unsuitable-data' }));
    expect(links).toThrow(/rows 0 and 2 may not be together.*\(2 such pairs\)/);
    for (const bad of [
      [0, 5],
      [1, 1],
      [-1, 2],
      [0.5, 2],
    ] as const) {
      expect(() => linkGroups(5, [bad], [])).toThrow(expect.objectContaining({ code: 'GUIDED_LINKS' }));
    }
  });
});

describe('k-means under links', () => {
  const line = matrixOf([[0], [1], [2], [10], [11], [12]]);

  it('is plain k-means without links', async () => {
    const training = { matrix: line, mustLink: [], cannotLink: [] };
    const fitted = await linkedKmeans.fit(training, { ...linkedKmeansDefaults, k: 2 }, control());
    expect(adjustedRandIndex(fitted.labels, [0, 0, 0, 1, 1, 1])).toBe(1);
    expect(fitted.partition.inertia).toBeCloseTo(4, 5);
    expect([...(await linkedKmeans.predict(fitted, line))]).toEqual([...fitted.labels]);
  });

  it('keeps together what must be, whatever it costs', async () => {
    const training = { matrix: line, mustLink: [[2, 3]] as const, cannotLink: [] };
    const fitted = await linkedKmeans.fit(training, { ...linkedKmeansDefaults, k: 2 }, control());
    expect(fitted.labels[2]).toBe(fitted.labels[3]);
  });

  it('keeps apart what must be, and weighs a preference against distance', async () => {
    const training = {
      matrix: line,
      mustLink: [],
      cannotLink: [
        [0, 1],
        [3, 4],
      ] as const,
    };
    const required = { ...linkedKmeansDefaults, k: 2, cannotLinks: 'required' } as const;
    const kept = await linkedKmeans.fit(training, required, control());
    expect(kept.broken).toEqual([]);
    expect(kept.labels[0]).not.toBe(kept.labels[1]);
    const cheap = await linkedKmeans.fit(training, { ...linkedKmeansDefaults, k: 2, penalty: 1e-6 }, control());
    expect(cheap.broken).toEqual(training.cannotLink);
    const dear = await linkedKmeans.fit(training, { ...linkedKmeansDefaults, k: 2, penalty: 100 }, control());
    expect(dear.broken).toEqual([]);
  });

  it('names required links that k clusters cannot keep', async () => {
    const cannotLink = [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const;
    const params = { ...linkedKmeansDefaults, k: 2, cannotLinks: 'required' } as const;
    const fitting = linkedKmeans.fit({ matrix: line, mustLink: [], cannotLink }, params, control());
    await expect(fitting).rejects.toMatchObject({
      code: 'GUIDED_UNSATISFIABLE',
      message: expect.stringMatching(/2 clusters/),
    });
    const three = await linkedKmeans.fit({ matrix: line, mustLink: [], cannotLink }, { ...params, k: 3 }, control());
    expect(new Set(three.labels.slice(0, 3)).size).toBe(3);
  });

  it('keeps most links of overlapping groups, and comes nearer to the truth by them', async () => {
    const random = seededRandom(8);
    const truth = Array.from({ length: 300 }, (_, i) => i % 3);
    const matrix = matrixOf(truth.map((c) => [c * 1.6 + random.normal() * 0.8, random.normal() * 1.2]));
    const drawn = Array.from({ length: 400 }, () => [random.int(300), random.int(300)] as const);
    const pairs = drawn.filter(([a, b]) => a !== b);
    const mustLink = pairs.filter(([a, b]) => truth[a] === truth[b]);
    const cannotLink = pairs.filter(([a, b]) => truth[a] !== truth[b]);
    const params = { ...linkedKmeansDefaults, k: 3 };
    const plain = await linkedKmeans.fit({ matrix, mustLink: [], cannotLink: [] }, params, control());
    const guided = await linkedKmeans.fit({ matrix, mustLink, cannotLink }, params, control());
    const unguided = cannotLink.filter(([a, b]) => plain.labels[a] === plain.labels[b]);
    expect(guided.broken.length).toBeLessThan(unguided.length / 3);
    expect(mustLink.every(([a, b]) => guided.labels[a] === guided.labels[b])).toBe(true);
    expect(adjustedRandIndex(guided.labels, truth)).toBeGreaterThan(adjustedRandIndex(plain.labels, truth) + 0.1);
  });

  it('reports its starts', async () => {
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => seen.push(done);
    const training = { matrix: fourGroups(1), mustLink: [], cannotLink: [] };
    await linkedKmeans.fit(training, { ...linkedKmeansDefaults, restarts: 2 }, { ...control(), onProgress });
    expect(seen).toEqual([1, 2]);
  });
});
