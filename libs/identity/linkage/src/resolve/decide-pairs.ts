import { mergePairs, PairCollector, type WeighedPairs } from '../pairs/pair-scorer';
import type { Clusters } from './resolve-clusters';

/** Pairs with what becomes of them, by first record, then second. */
export interface DecidedPairs extends WeighedPairs {
  /** 1 for a match, 0 for the review. */
  readonly isMatch: Uint8Array;
  readonly matches: number;
  readonly reviews: number;
}

/** What decides beside the clusters. */
export interface DecideInput {
  readonly matchBits: number;
  readonly weightOf: (i: number, j: number) => number;
  /** Record from which on the second file begins; pairs within a file are not told of two files. */
  readonly split: number;
}

/**
 * Decides each pair: what is of one cluster is a match, pairs of it that no blocking pass saw included; what is above the
 * threshold and of two clusters goes to the review with everything between the bounds.
 */
export function decidePairs(weighed: WeighedPairs, { clusterOf }: Clusters, input: DecideInput): DecidedPairs {
  const isTwoFiles = input.split < clusterOf.length;
  const known = new Set<number>();
  const keyOf = (i: number, j: number): number => i * clusterOf.length + j;
  weighed.first.forEach((i, p) => {
    const j = weighed.second[p] as number;
    if (clusterOf[i] === clusterOf[j]) known.add(keyOf(i, j));
  });
  const members = new Map<number, number[]>();
  clusterOf.forEach((cluster, record) => {
    if (cluster === record) return;
    const list = members.get(cluster);
    if (list) list.push(record);
    else members.set(cluster, [cluster, record]);
  });
  const implied = new PairCollector();
  for (const list of members.values()) {
    list.forEach((i, x) => {
      for (const j of list.slice(x + 1)) {
        if (known.has(keyOf(i, j)) || (isTwoFiles && (i >= input.split || j < input.split))) continue;
        implied.add(i, j, input.weightOf(i, j));
      }
    });
  }
  const pairs = mergePairs([weighed, implied.finish()]);
  const isMatch = Uint8Array.from(pairs.first, (i, p) => Number(clusterOf[i] === clusterOf[pairs.second[p] as number]));
  const matches = isMatch.reduce((sum, x) => sum + x, 0);
  return { ...pairs, isMatch, matches, reviews: isMatch.length - matches };
}
