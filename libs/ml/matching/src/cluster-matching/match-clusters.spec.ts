import * as fc from 'fast-check';
import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import { matchClusters, type ClusterVerdict } from './match-clusters';

/** `counts[i][j]` people who went from old cluster i to new cluster j. */
function flowed(counts: readonly (readonly number[])[]) {
  const pairs = counts.flatMap((row, i) => row.flatMap((count, j) => new Array(count).fill([i, j] as const)));
  const side = (at: 0 | 1, k: number) => ({ k, labels: pairs.map((pair) => pair[at]) });
  return { before: side(0, counts.length), after: side(1, counts[0]?.length ?? 0) };
}
const kinds = (verdicts: readonly ClusterVerdict[]) => verdicts.map((verdict) => verdict.kind);

describe('matchClusters', () => {
  it('knows the same clusters under other numbers, with a few people moved', () => {
    const { verdicts, nameOf, people } = matchClusters(
      flowed([
        [2, 90, 3],
        [0, 4, 80],
        [70, 1, 0],
      ]),
    );
    expect(kinds(verdicts)).toEqual(['same', 'same', 'same']);
    expect([...nameOf]).toEqual([2, 0, 1]);
    expect(verdicts[0]).toMatchObject({ before: 0, after: 1, sharedMembers: 90 / 100 });
    expect(people).toBe(250);
  });

  it('tells a split: the larger part carries the name', () => {
    const { verdicts, nameOf } = matchClusters(
      flowed([
        [40, 60, 0],
        [2, 0, 100],
      ]),
    );
    expect(verdicts).toEqual([
      { kind: 'split', before: 0, after: [0, 1], carriedBy: 1 },
      expect.objectContaining({ kind: 'same', before: 1, after: 2 }),
    ]);
    expect([...nameOf]).toEqual([-1, 0, 1]);
  });

  it('tells a merger: the larger source carries its name on', () => {
    const { verdicts, nameOf } = matchClusters(
      flowed([
        [30, 1],
        [55, 0],
        [0, 80],
      ]),
    );
    expect(verdicts).toEqual([
      { kind: 'merged', before: [0, 1], after: 0, carries: 1 },
      expect.objectContaining({ kind: 'same', before: 2, after: 1 }),
    ]);
    expect([...nameOf]).toEqual([1, 2]);
  });

  it('tells the greater of a split and a merger that meet in one cluster', () => {
    const { verdicts } = matchClusters(
      flowed([
        [60, 40],
        [30, 0],
      ]),
    );
    expect(verdicts).toEqual([
      { kind: 'split', before: 0, after: [0, 1], carriedBy: 0 },
      { kind: 'gone', before: 1 },
    ]);
  });

  it('does not call a cluster split that lost a few people to a cluster of its own', () => {
    const { verdicts } = matchClusters(
      flowed([
        [95, 5],
        [0, 0],
      ]),
    );
    expect(verdicts).toEqual([
      expect.objectContaining({ kind: 'same', before: 0, after: 0 }),
      { kind: 'gone', before: 1 },
      { kind: 'new', after: 1 },
    ]);
  });

  it('tells new and gone: people who were not there, people who left', () => {
    const before = { k: 2, labels: [0, 0, 0, 1, 1, 1, -1, -1, -1] };
    const after = { k: 2, labels: [0, 0, 0, -1, -1, -1, 1, 1, 1] };
    const { verdicts, nameOf } = matchClusters({ before, after });
    expect(kinds(verdicts)).toEqual(['same', 'gone', 'new']);
    expect([...nameOf]).toEqual([0, -1]);
  });

  it('matches by centroids where no person is the same', () => {
    const before = { k: 2, labels: [0, 1, -1, -1], centroids: [0, 0, 10, 0] };
    const after = { k: 3, labels: [-1, -1, 0, 1], centroids: [10.5, 0, 0.2, 0.1, 100, 100] };
    const match = matchClusters({ before, after });
    expect(match.people).toBe(0);
    expect([...match.nameOf]).toEqual([1, 0, -1]);
    expect(kinds(match.verdicts)).toEqual(['same', 'same', 'new']);
  });

  it('lets centroids decide between equal overlaps, and members between equal centroids', () => {
    const equal = flowed([
      [30, 30, 0],
      [0, 0, 60],
    ]);
    const rule = { leastSame: 0.1, leastPart: 0.9, mostlyFrom: 0.5, memberWeight: 0.5 };
    const near = matchClusters(
      { before: { ...equal.before, centroids: [0, 9] }, after: { ...equal.after, centroids: [4, 0, 9] } },
      rule,
    );
    expect([...near.nameOf]).toEqual([-1, 0, 1]);
    const one = matchClusters({
      before: { k: 1, labels: [0], centroids: [0] },
      after: { k: 1, labels: [0], centroids: [5] },
    });
    expect(kinds(one.verdicts)).toEqual(['same']);
  });

  it('speaks of every cluster exactly once, whatever the flows; renaming changes names alone', () => {
    const shape = fc.record({
      old: fc.integer({ min: 1, max: 5 }),
      now: fc.integer({ min: 1, max: 5 }),
      counts: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 25, maxLength: 25 }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    });
    fc.assert(
      fc.property(shape, ({ old, now, counts, seed }) => {
        const table = Array.from({ length: old }, (_, i) => counts.slice(i * 5, i * 5 + now));
        const input = flowed(table);
        const { verdicts, nameOf } = matchClusters(input);
        const before = verdicts.flatMap((verdict) => ('before' in verdict ? verdict.before : []));
        const after = verdicts.flatMap((verdict) => ('after' in verdict ? verdict.after : []));
        const once = (list: readonly number[], k: number) => list.length === k && new Set(list).size === k;
        expect(once(before, old) && once(after, now)).toBe(true);
        const carried = [...nameOf].filter((name) => name >= 0);
        expect(new Set(carried).size).toBe(carried.length);
        const names = shuffle([...new Array<number>(now).keys()], seededRandom(seed));
        const renamed = { k: now, labels: input.after.labels.map((label) => names[label] ?? -1) };
        expect(kinds(matchClusters({ before: input.before, after: renamed }).verdicts).sort()).toEqual(
          kinds(verdicts).sort(),
        );
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('takes clusterings without clusters, and refuses what does not fit', () => {
    expect(matchClusters({ before: { k: 0, labels: [] }, after: { k: 1, labels: [] } }).verdicts).toEqual([
      { kind: 'new', after: 0 },
    ]);
    const fine = { k: 2, labels: [0, 1] };
    const refused = (after: Parameters<typeof matchClusters>[0]['after']) => () =>
      matchClusters({ before: fine, after });
    const code = expect.objectContaining({ code: 'MATCHING_CLUSTERINGS' });
    expect(refused({ k: 2, labels: [0] })).toThrow(code);
    expect(refused({ k: 2, labels: [0, 2] })).toThrow(code);
    expect(() =>
      matchClusters({ before: { ...fine, centroids: [1, 2] }, after: { ...fine, centroids: [1, 2, 3] } }),
    ).toThrow(code);
  });
});
