import * as fc from 'fast-check';
import { clusteringCardSchema, type ClusteringCard } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { matchClusters } from '@kohort/ml-matching';
import { clusterTable } from '../clusters/cluster-table';
import { clusteringCard } from '../clusters/clustering-card';
import { carryIdentity } from './carry-identity';
import { matchVersions } from './match-versions';

const GROUPS: readonly (readonly [number, number])[] = [
  [0, 1],
  [12, 5],
  [0, 9],
  [24, 1],
];

/** `counts[g]` people of group g, the same person at the same place under the same seed; in units that suit a logarithm. */
async function fitted(
  groups: readonly number[],
  given: { readonly k: number; readonly seed?: number; readonly names?: string[] },
) {
  const { k, seed = 1, names = ['score', 'money'] } = given;
  const random = seededRandom(seed);
  const rows = groups.map((group) => {
    const [x = 0, y = 0] = GROUPS[group] ?? [];
    return [x + random.normal(), Math.exp(y + 0.3 * random.normal())];
  });
  const input = { featureNames: names, matrix: wideMatrixOf(rows), ids: rows.map((_, i) => `p${i}`) };
  const result = await clusterTable(input, { algorithm: 'kmeans', k, seed: 1, nInit: 5, scaling: 'auto' });
  return { model: result.model, labels: result.labels, card: clusteringCard(input, result, 1) };
}

const many = (...sizes: readonly number[]): number[] =>
  sizes.flatMap((size, group) => new Array<number>(size).fill(group));

type Fitted = Awaited<ReturnType<typeof fitted>>;
const followed = (before: Fitted, after: Fitted, card: ClusteringCard, version = 1): ClusteringCard =>
  clusteringCardSchema.parse(carryIdentity(after.card, { version, card, match: matchVersions(before, after) }));

describe('the identity of clusters over fits', () => {
  it('carries key, name and colour of what is the same, under whatever number and name the new fit gave it', async () => {
    const first = await fitted(many(60, 22, 15), { k: 3 });
    const served = carryIdentity(first.card, null);
    expect(new Set(served.clusters.map(({ colour }) => colour)).size).toBe(3);
    // The same people, some of whom moved: the smallest group is no longer the smallest.
    const second = await fitted(
      many(60, 22, 15).map((group, i) => (i < 14 ? 2 : group)),
      { k: 3 },
    );
    const card = followed(first, second, served);
    const verdictOf = (key: string) =>
      card.identity?.verdicts.find(({ before }) => before.some((one) => one.key === key));
    expect(verdictOf(served.clusters[1]?.key ?? '')).toMatchObject({ kind: 'same', sharedMembers: 1 });
    for (const old of served.clusters) {
      const now = card.clusters.find(({ key }) => key === old.key);
      expect(now).toMatchObject({ name: old.name, colour: old.colour });
    }
    // Figures are those of the new fit.
    expect(card.clusters.map(({ size }) => size)).toEqual(second.card.clusters.map(({ size }) => size));
    expect(card.identity).toMatchObject({ version: 1, people: 97, pastKeys: [] });
  });

  it('tells a split and gives the part by its side a key, a name and a colour of its own', async () => {
    const first = await fitted(many(80, 30), { k: 2 });
    const served = carryIdentity(first.card, null);
    const split = await fitted(
      many(80, 30).map((group, i) => (i < 30 ? 3 : group)),
      { k: 3 },
    );
    const card = followed(first, split, served);
    const [verdict] = card.identity?.verdicts.filter(({ kind }) => kind === 'split') ?? [];
    expect(verdict?.before).toEqual([expect.objectContaining({ key: served.clusters[0]?.key, size: 80 })]);
    expect(verdict?.carries).toBe(served.clusters[0]?.key);
    expect(verdict?.after).toHaveLength(2);
    for (const part of ['key', 'name', 'colour'] as const) {
      expect(new Set(card.clusters.map((one) => one[part])).size).toBe(3);
    }
  });

  it('gives the key of a group that is gone to no other, however often it is fitted again', async () => {
    const first = await fitted(many(60, 30, 15), { k: 3 });
    const served = carryIdentity(first.card, null);
    const gone = served.clusters[2]?.key ?? '';
    const second = await fitted(many(60, 30), { k: 2 });
    const labels = { ...first, labels: first.labels.slice(0, 90) };
    const card = followed(labels, second, served);
    expect(card.identity?.verdicts).toContainEqual(expect.objectContaining({ kind: 'gone', carries: null }));
    expect(card.identity?.pastKeys).toEqual([gone]);
    // A group that the naming would call as the one that is gone: it is another group.
    const third = await fitted(many(60, 30, 0, 40), { k: 3 });
    const again = {
      ...third,
      card: {
        ...third.card,
        clusters: third.card.clusters.map((one, i) => ({ ...one, key: i === 1 ? gone : one.key })),
      },
    };
    const before = { ...second, labels: Int32Array.from({ length: 130 }, (_, i) => second.labels[i] ?? -1) };
    const next = followed(before, again, card, 2);
    expect(next.clusters.map(({ key }) => key)).not.toContain(gone);
    expect(next.clusters.map(({ key }) => key)).toContain(`${gone}_2`);
    expect(next.identity?.pastKeys).toEqual([gone]);
  });

  it('matches by members alone where the fits have no feature in common', async () => {
    const first = await fitted(many(60, 30), { k: 2 });
    const other = await fitted(many(60, 30), { k: 2, names: ['visits', 'pages'] });
    const match = matchVersions(first, other);
    expect(match.verdicts.map(({ kind }) => kind)).toEqual(['same', 'same']);
    expect([...match.nameOf]).toEqual([0, 1]);
  });

  it('names every cluster once and no former one, whoever went where', async () => {
    const { card } = await fitted(many(60, 30), { k: 2 });
    const sheets = (k: number, prefix: string) =>
      Array.from({ length: k }, (_, i) => ({
        ...card.clusters[0],
        key: `${prefix}${i}`,
        name: `${prefix}${i}`,
        size: i,
      }));
    const flow = fc.array(fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: -1, max: 4 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(flow, { minLength: 1, maxLength: 4 }), (fits) => {
        let before = carryIdentity(clusteringCardSchema.parse({ ...card, clusters: sheets(5, 'c') }), null);
        const ended = new Set<string>();
        fits.forEach((pairs, version) => {
          const side = (at: 0 | 1) => ({ k: 5, labels: pairs.map((pair) => pair[at]) });
          const match = matchClusters({ before: side(0), after: side(1) });
          const fresh = clusteringCardSchema.parse({ ...card, clusters: sheets(5, 'c') });
          const after = carryIdentity(fresh, { version, card: before, match });
          const keys = after.clusters.map(({ key }) => key);
          expect(new Set(keys).size).toBe(5);
          expect(new Set(after.clusters.map(({ name }) => name)).size).toBe(5);
          expect(keys.filter((key) => ended.has(key))).toEqual([]);
          const told = after.identity?.verdicts.flatMap((one) => one.after.map(({ key }) => key)) ?? [];
          expect([...told].sort()).toEqual([...keys].sort());
          for (const { key } of before.clusters) if (!keys.includes(key)) ended.add(key);
          before = after;
        });
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});
