import type { BlockPass } from './blocking/block-index';
import type { DecidedPairs } from './resolve/decide-pairs';
import type { WeighedPairs } from './pairs/pair-scorer';

/** How a set of pairs stands to the true ones. */
export interface PairQuality {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Quality of a linkage against known pairs. */
export interface LinkageQuality extends PairQuality {
  readonly truePairs: number;
  /** The same before clusters were resolved: pairs at or above the threshold. */
  readonly beforeResolution: PairQuality;
  /** Share of true pairs that blocking brought together. */
  readonly pairsCompleteness: number;
  /** Share of all pairs that blocking saved. */
  readonly reductionRatio: number;
}

/** True pairs by their records, i < j. */
export interface TruePairs {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

function quality(hits: number, claimed: number, truth: number): PairQuality {
  const precision = claimed > 0 ? hits / claimed : 0;
  const recall = truth > 0 ? hits / truth : 0;
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f1, truePositives: hits, falsePositives: claimed - hits, falseNegatives: truth - hits };
}

function isCandidate(passes: readonly BlockPass[], i: number, j: number): boolean {
  return passes.some(({ blockOf, window }) => {
    const [a, b] = [blockOf[i] as number, blockOf[j] as number];
    return a >= 0 && b >= 0 && (window > 0 ? Math.abs(a - b) < window : a === b);
  });
}

/** Measures a linkage against known pairs. */
export function measureLinkage(
  truth: TruePairs,
  found: {
    readonly decided: DecidedPairs;
    readonly weighed: WeighedPairs;
    readonly matchBits: number;
    readonly passes: readonly BlockPass[];
    readonly candidates: number;
  },
  { records, allPairs }: { readonly records: number; readonly allPairs: number },
): LinkageQuality {
  const keys = new Set(truth.first.map((i, p) => i * records + (truth.second[p] as number)));
  const { decided, weighed, matchBits, passes, candidates } = found;
  let hits = 0;
  decided.first.forEach((i, p) => {
    if (decided.isMatch[p] === 1 && keys.has(i * records + (decided.second[p] as number))) hits += 1;
  });
  let claimedBefore = 0;
  let hitsBefore = 0;
  weighed.bits.forEach((bits, p) => {
    if (bits < matchBits) return;
    claimedBefore += 1;
    if (keys.has((weighed.first[p] as number) * records + (weighed.second[p] as number))) hitsBefore += 1;
  });
  const blocked = truth.first.filter((i, p) => isCandidate(passes, i, truth.second[p] as number)).length;
  return {
    ...quality(hits, decided.matches, keys.size),
    truePairs: keys.size,
    beforeResolution: quality(hitsBefore, claimedBefore, keys.size),
    pairsCompleteness: keys.size > 0 ? blocked / truth.first.length : 0,
    reductionRatio: 1 - candidates / allPairs,
  };
}
