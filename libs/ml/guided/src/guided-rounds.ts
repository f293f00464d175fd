import { breathe, type FitControl, type Matrix } from '@kohort/ml-core';
import type { LinkGroups } from './links/link-groups';

/** What is known of the groups beside where their rows lie. */
export interface Guidance extends LinkGroups {
  /** Per group: the cluster it stays in, or −1. */
  readonly fixed: Int32Array;
  /** What a broken link costs, in squared units of the rows; Infinity: broken only when nothing else is left. */
  readonly penalty: number;
}

/** Rows of each group together, relative to an origin. */
export interface GroupSums {
  readonly d: number;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
  /** Summed squared lengths of all rows. */
  readonly squares: number;
}

/** Sums the rows of each group. */
export function groupSums(
  { data, rows, cols: d }: Matrix,
  { of, groups }: LinkGroups,
  origin: Float64Array,
): GroupSums {
  const sums = new Float64Array(groups * d);
  const counts = new Float64Array(groups);
  let squares = 0;
  for (let i = 0; i < rows; i += 1) {
    const group = of[i] as number;
    counts[group] = (counts[group] as number) + 1;
    for (let j = 0; j < d; j += 1) {
      const value = (data[i * d + j] as number) - (origin[j] as number);
      sums[group * d + j] = (sums[group * d + j] as number) + value;
      squares += value * value;
    }
  }
  return { d, sums, counts, squares };
}

/** Where the rounds ended; centroids relative to the origin. */
export interface GuidedEnd {
  readonly centroids: Float64Array;
  /** Per group. */
  readonly labels: Int32Array;
  readonly inertia: number;
  /** Pairs of groups together that must not be. */
  readonly broken: readonly (readonly [number, number])[];
  readonly iterations: number;
  readonly converged: boolean;
}

/** Summed squared distance of a group's rows to each centroid, but for what is the same for all. */
function costs({ d, sums, counts }: GroupSums, centroids: Float64Array, group: number, out: Float64Array): void {
  const count = counts[group] as number;
  for (let c = 0; c < out.length; c += 1) {
    let cost = 0;
    for (let j = 0; j < d; j += 1) {
      const centre = centroids[c * d + j] as number;
      cost += centre * (count * centre - 2 * (sums[group * d + j] as number));
    }
    out[c] = cost;
  }
}

/** The cheapest cluster of a group: broken links first where they must hold, then the cost; the lowest of equals. */
function cheapest(plain: Float64Array, met: Float64Array, penalty: number): number {
  let best = 0;
  const worse = (c: number): number => {
    if (penalty !== Infinity) {
      const [here, least] = [c, best].map((at) => (plain[at] as number) + penalty * (met[at] as number)) as [
        number,
        number,
      ];
      return here - least;
    }
    const breaks = (met[c] as number) - (met[best] as number);
    return breaks === 0 ? (plain[c] as number) - (plain[best] as number) : breaks;
  };
  for (let c = 1; c < plain.length; c += 1) if (worse(c) < 0) best = c;
  return best;
}

/** Groups in the order they choose: fixed ones, those with the most foes, then the rest. */
function choosingOrder({ groups, foes, fixed }: Guidance): number[] {
  const rank = (group: number): number => ((fixed[group] as number) >= 0 ? Infinity : (foes[group]?.length ?? 0));
  return Array.from({ length: groups }, (_, group) => group).sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x === y ? a - b : y - x;
  });
}

interface Round {
  readonly sums: GroupSums;
  readonly guidance: Guidance;
  readonly order: readonly number[];
  readonly k: number;
}

function assign({ sums, guidance, order, k }: Round, centroids: Float64Array, before: Int32Array): Int32Array {
  const labels = new Int32Array(before.length).fill(-1);
  const plain = new Float64Array(k);
  const met = new Float64Array(k);
  for (const group of order) {
    const fixed = guidance.fixed[group] as number;
    if (fixed >= 0) {
      labels[group] = fixed;
      continue;
    }
    costs(sums, centroids, group, plain);
    met.fill(0);
    for (const foe of guidance.foes[group] ?? []) {
      const at = labels[foe] as number;
      if (at >= 0) met[at] = (met[at] as number) + 1;
    }
    labels[group] = cheapest(plain, met, guidance.penalty);
  }
  return labels;
}

function means({ sums, k }: Round, labels: Int32Array, before: Float64Array): Float64Array {
  const { d } = sums;
  const centroids = new Float64Array(before.length);
  const counts = new Float64Array(k);
  labels.forEach((label, group) => {
    counts[label] = (counts[label] as number) + (sums.counts[group] as number);
    for (let j = 0; j < d; j += 1) {
      centroids[label * d + j] = (centroids[label * d + j] as number) + (sums.sums[group * d + j] as number);
    }
  });
  return centroids.map((sum, at) => {
    const count = counts[Math.floor(at / d)] as number;
    return count > 0 ? sum / count : (before[at] as number);
  });
}

function inertiaOf({ sums, k }: Round, centroids: Float64Array, labels: Int32Array): number {
  const plain = new Float64Array(k);
  let total = sums.squares;
  labels.forEach((label, group) => {
    costs(sums, centroids, group, plain);
    total += plain[label] as number;
  });
  return Math.max(0, total);
}

/**
 * Rounds of k-means over groups of rows: each group goes as a whole to the centroid that costs least, broken links counted, in
 * the order of how many links it has.
 *
 * Ties    the lowest cluster wins
 * Cost    O(rounds · groups · k · d)
 * Throws  ML_CANCELLED
 */
export async function guidedRounds(
  {
    sums,
    guidance,
    start,
    maxIterations,
  }: { sums: GroupSums; guidance: Guidance; start: Float64Array; maxIterations: number },
  control: FitControl,
): Promise<GuidedEnd> {
  const round: Round = { sums, guidance, order: choosingOrder(guidance), k: start.length / sums.d };
  let centroids = start;
  let labels: Int32Array = new Int32Array(guidance.groups).fill(-1);
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    iterations += 1;
    const next = assign(round, centroids, labels);
    converged = next.every((label, group) => label === labels[group]);
    labels = next;
    centroids = means(round, labels, centroids);
    await breathe(control);
  }
  const broken = guidance.foes.flatMap((list, group) =>
    list.filter((foe) => foe > group && labels[foe] === labels[group]).map((foe) => [group, foe] as const),
  );
  return { centroids, labels, inertia: inertiaOf(round, centroids, labels), broken, iterations, converged };
}
