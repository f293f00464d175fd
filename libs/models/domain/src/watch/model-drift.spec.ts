import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { modelDriftSchema } from '@kohort/kernel-contracts';
import { matrixOf, wideMatrixOf } from '@kohort/ml-core';
import { clusterTable } from '../clusters/cluster-table';
import { clusterDrift } from './cluster-drift';
import { featureDrift } from './feature-drift';
import { modelDrift } from './model-drift';
import { wordDrift } from './word-drift';

const normals = (n: number, random: Random, shift = 0): Float64Array =>
  Float64Array.from({ length: n }, () => shift + random.normal());

describe('a feature held against what it was', () => {
  it('is steady in other people of the same world, and moved by a deviation', () => {
    const random = seededRandom(5);
    for (let look = 0; look < 5; look += 1) {
      const { drift } = featureDrift('score', { before: normals(200, random), after: normals(200, random), tests: 3 });
      expect(drift).toMatchObject({ level: 'steady', missingBefore: 0, missingAfter: 0 });
    }
    const { drift, found } = featureDrift('score', {
      ...{ before: normals(200, random), after: normals(200, random, 1), tests: 3 },
    });
    expect(drift.level).toBe('moved');
    expect(drift.wasserstein).toBeGreaterThan(0.7);
    expect(found?.what).toMatch(/^score: /);
  });

  it('is moved by values that went missing, and is not compared with too few', () => {
    const random = seededRandom(6);
    const half = normals(200, random).map((value, i) => (i % 2 === 0 ? NaN : value));
    const gone = featureDrift('score', { before: normals(200, random), after: half, tests: 1 });
    expect(gone.drift).toMatchObject({ level: 'moved', missingAfter: 0.5 });
    const few = featureDrift('score', { before: normals(200, random), after: normals(20, random, 9), tests: 1 });
    expect(few).toMatchObject({ drift: { level: 'steady', psi: null, ksPValue: null }, found: null });
  });
});

describe('a feature of words held against what it was', () => {
  const plan = { feature: 'plan', words: ['', 'free', 'pro'] };
  const codes = (...counts: readonly number[]): Float64Array =>
    Float64Array.from(counts.flatMap((count, code) => new Array<number>(count).fill(code)));

  it('is steady within chance, and moved by other shares, by unknown words and by words that are gone', () => {
    const before = codes(10, 100, 90);
    const steady = wordDrift(plan, { before, after: codes(14, 92, 94), tests: 3 });
    expect(steady).toMatchObject({ drift: { level: 'steady', ksDistance: null, wasserstein: null }, found: null });
    expect(steady.drift).toMatchObject({ missingBefore: 0.05, missingAfter: 0.07 });
    for (const after of [codes(10, 20, 170), codes(10, 50, 40, 100), codes(150, 25, 25)]) {
      const { drift, found } = wordDrift(plan, { before, after, tests: 3 });
      expect(drift.level).toBe('moved');
      expect(found?.what).toMatch(/^plan: /);
    }
  });

  it('is not compared with too few', () => {
    const few = wordDrift(plan, { before: codes(0, 100, 100), after: codes(20), tests: 1 });
    expect(few).toMatchObject({ drift: { level: 'steady', psi: null, jensenShannon: null }, found: null });
  });
});

describe('clusters held against those of a fit', () => {
  /** People in one column at their cluster's place. */
  const placed = (sizes: readonly number[], random: Random, shift = 0) => {
    const labels = Int32Array.from(sizes.flatMap((size, cluster) => new Array<number>(size).fill(cluster)));
    return { labels, scaled: matrixOf([...labels].map((label) => [4 * label + shift + 0.1 * random.normal()])) };
  };

  it('tell a slow change of sizes by their looks together which none of them tells alone', () => {
    const random = seededRandom(8);
    const before = placed([500, 300, 200], random);
    const earlier: Record<string, number>[] = [];
    const levels: string[] = [];
    for (let look = 0; look < 6; look += 1) {
      const after = placed([425, 375, 200], random);
      const { clusters, sizePsi } = clusterDrift({ keys: ['a', 'b', 'c'], before, after, earlier });
      expect(sizePsi).toBeLessThan(0.1);
      expect(clusters[2]).toMatchObject({ key: 'c', level: 'steady', upper: 0, lower: 0 });
      levels.push(clusters[1]?.level ?? '');
      earlier.push(Object.fromEntries(clusters.map(({ key, shareAfter }) => [key, shareAfter])));
    }
    expect(levels[0]).toBe('steady');
    expect(levels.at(-1)).toBe('moved');
  });

  it('tell a centre that moved beyond chance, and none of a cluster of too few', () => {
    const random = seededRandom(9);
    const before = placed([100, 100, 10], random);
    const still = clusterDrift({ keys: ['a', 'b', 'c'], before, after: placed([100, 100, 10], random), earlier: [] });
    expect(still.clusters.map(({ centroidShift }) => centroidShift)).toEqual([0, 0, null]);
    const after = placed([100, 100, 10], random, 0.2);
    const moved = clusterDrift({ keys: ['a', 'b', 'c'], before, after, earlier: [] });
    expect(moved.clusters[0]).toMatchObject({ level: 'moved' });
    expect(moved.clusters[0]?.centroidShift).toBeGreaterThan(1);
  });
});

describe('a model held against the people of now', () => {
  it('names what moved, the gravest first', async () => {
    const random = seededRandom(7);
    const people = (shift: number) =>
      wideMatrixOf(Array.from({ length: 90 }, (_, i) => [(i % 2) * 9 + shift + random.normal(), random.normal()]));
    const before = people(0);
    const input = {
      featureNames: ['score', 'visits'],
      matrix: before,
      ids: Array.from({ length: 90 }, (_, i) => `p${i}`),
    };
    const { model, sheets } = await clusterTable(input, {
      algorithm: 'kmeans',
      k: 2,
      seed: 1,
      nInit: 1,
      scaling: 'auto',
    });
    const keys = sheets.map(({ key }) => key);
    const found = modelDriftSchema.parse(
      await modelDrift({ model, keys, before, after: people(3), earlier: [], seed: 1 }),
    );
    expect(found).toMatchObject({ level: 'moved', peopleBefore: 90, peopleAfter: 90 });
    expect(found.features.map(({ level }) => level)).toEqual(['moved', 'steady']);
    expect(found.mmd?.level).not.toBe('steady');
    expect(found.reasons.join()).toMatch(/score: .* is beyond /);
    expect(found.strongest?.value).toBeGreaterThan(found.strongest?.limit ?? Infinity);
  });
});
