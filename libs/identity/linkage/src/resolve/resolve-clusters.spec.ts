import { mergePairs, PairCollector, type WeighedPairs } from '../pairs/pair-scorer';
import { decidePairs } from './decide-pairs';
import { assignOneToOne, resolveClusters, shareOfMultiple } from './resolve-clusters';

function weighed(list: readonly (readonly [number, number, number])[]): WeighedPairs {
  const pairs = new PairCollector();
  for (const [i, j, bits] of list) pairs.add(i, j, bits);
  return mergePairs([pairs.finish()]);
}

describe('resolution', () => {
  const matchBits = 3;

  it('a chain whose ends are plainly strangers is cut at its weakest link', () => {
    const bits = new Map([
      ['0,1', 12],
      ['1,2', 4],
      ['2,3', 12],
    ]);
    const weightOf = (i: number, j: number): number => bits.get(`${i},${j}`) ?? -20;
    const pairs = weighed([
      [0, 1, 12],
      [1, 2, 4],
      [2, 3, 12],
    ]);
    const found = resolveClusters({ records: 5, pairs, matchBits, weightOf });
    expect([...found.clusterOf]).toEqual([0, 0, 2, 2, 4]);
    expect(found).toMatchObject({ clusters: 2, chainsCut: 1 });
    const decided = decidePairs(pairs, found, { matchBits, weightOf, split: 5 });
    expect([...decided.isMatch]).toEqual([1, 0, 1]);
  });

  it('a pair that blocking never saw is a match when its cluster says so', () => {
    const pairs = weighed([
      [0, 1, 20],
      [0, 2, 20],
    ]);
    const weightOf = (i: number, j: number): number => (i === 1 && j === 2 ? -2 : 20);
    const found = resolveClusters({ records: 3, pairs, matchBits, weightOf });
    const decided = decidePairs(pairs, found, { matchBits, weightOf, split: 3 });
    expect([...decided.first]).toEqual([0, 0, 1]);
    expect([...decided.second]).toEqual([1, 2, 2]);
    expect(decided.bits[2]).toBe(-2);
    expect(decided).toMatchObject({ matches: 3, reviews: 0 });
  });

  it('components grow to 128 records and no further', () => {
    const chain = Array.from({ length: 999 }, (_, i) => [i, i + 1, 10 + (i % 7)] as const);
    const found = resolveClusters({ records: 1000, pairs: weighed(chain), matchBits, weightOf: () => 10 });
    const sizes = new Map<number, number>();
    for (const cluster of found.clusterOf) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(128);
    expect(found.chainsCut).toBeGreaterThan(0);
  });

  it('one to one takes the strongest pair of each record', () => {
    const pairs = weighed([
      [0, 2, 5],
      [0, 3, 9],
      [1, 3, 8],
      [1, 2, 4],
    ]);
    const found = assignOneToOne({ records: 4, pairs, matchBits });
    expect([...found.clusterOf]).toEqual([0, 1, 1, 0]);
    expect(shareOfMultiple({ records: 4, pairs, matchBits })).toBe(1);
    expect(shareOfMultiple({ records: 4, pairs, matchBits: 8.5 })).toBe(0);
    const decided = decidePairs(pairs, found, { matchBits, weightOf: () => 0, split: 2 });
    expect(decided).toMatchObject({ matches: 2, reviews: 2 });
  });
});
