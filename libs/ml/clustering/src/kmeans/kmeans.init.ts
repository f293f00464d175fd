import type { Random } from '@kohort/kernel-clock-random';
import { TRIAL_LANES, type KmeansWorkspace } from '@kohort/ml-core';

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/**
 * Greedy k-means++: each next centroid is the best of 2 + ⌊ln k⌋ rows drawn in proportion to their squared distance from
 * the centroids so far.
 *
 * Shape   returns k × cols values, relative to the workspace's origin
 * Ties    between candidates the first drawn wins
 * Cost    O(n·d·k) and one pass more for every eight candidates
 * Source  Arthur & Vassilvitskii 2007; the greedy form of scikit-learn
 */
export function plusPlusCentroids(
  work: KmeansWorkspace,
  shape: { n: number; d: number },
  random: Random,
): Float64Array {
  const { k, rows } = work;
  const { n, d } = shape;
  const centroids = new Float64Array(k * d);
  const trials = 2 + Math.floor(Math.log(k));
  work.startSeeding();
  let chosen = random.int(n);
  for (let c = 0; ; c += 1) {
    centroids.set(rows.subarray(chosen * d, chosen * d + d), c * d);
    if (c === k - 1) return centroids;
    const potentials = work.seed(chosen);
    const total = sum(potentials);
    const candidates: number[] = [];
    for (let t = 0; t < trials; t += 1) candidates.push(work.rowAtPotential(random.next() * total, potentials));
    chosen = bestCandidate(work, candidates);
  }
}

function bestCandidate(work: KmeansWorkspace, candidates: readonly number[]): number {
  let best = Infinity;
  let chosen = candidates[0] ?? 0;
  for (let from = 0; from < candidates.length; from += TRIAL_LANES) {
    const part = candidates.slice(from, from + TRIAL_LANES);
    work.trialPotentials(part).forEach((potential, at) => {
      if (potential >= best) return;
      best = potential;
      chosen = part[at] ?? chosen;
    });
  }
  return chosen;
}
