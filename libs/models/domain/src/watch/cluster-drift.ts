import type { ModelDrift } from '@kohort/kernel-contracts';
import { takeRows, type Matrix } from '@kohort/ml-core';
import { centroidShift, cusum, populationStability } from '@kohort/ml-drift';
import { gravest, judged, type Judged } from './feature-drift';
import { WATCH_LIMITS } from './watch-limits';

type ClusterDrift = ModelDrift['clusters'][number];

/** People placed by one model: the numbers of their rows in the scaled space and their clusters, -1 in none. */
export interface Placed {
  readonly scaled: Matrix;
  readonly labels: Int32Array;
}

/** What a look at the clusters is told. */
export interface ClusterLook {
  readonly keys: readonly string[];
  readonly before: Placed;
  readonly after: Placed;
  /** Shares of the clusters at the looks since the fit, oldest first, by key. */
  readonly earlier: readonly Readonly<Record<string, number>>[];
}

function sharesOf(labels: Int32Array, k: number): { readonly counts: number[]; readonly people: number } {
  const counts = new Array<number>(k).fill(0);
  for (const label of labels) if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  return { counts, people: counts.reduce((a, b) => a + b, 0) };
}

const rowsOf = ({ scaled, labels }: Placed, cluster: number): Matrix =>
  takeRows(
    scaled,
    [...labels.keys()].filter((i) => labels[i] === cluster),
  );

/** The shift of a centre beyond what chance moves it; null with too few people, 0 where chance explains it. */
function shiftOf(before: Matrix, after: Matrix): number | null {
  if (before.cols === 0 || Math.min(before.rows, after.rows) < WATCH_LIMITS.fewestValues) return null;
  const { byColumn } = centroidShift(before, after);
  const finite = byColumn.filter((one) => Number.isFinite(one));
  const noise = 1 / before.rows + 1 / after.rows;
  const squared = finite.reduce((sum, one) => sum + one * one, 0);
  // Of no shift, squared / noise is about chi-square with a degree of freedom a column.
  const [columns, statistic] = [finite.length, squared / noise];
  if (statistic <= columns + WATCH_LIMITS.centroidChance * Math.sqrt(2 * columns)) return 0;
  return Math.sqrt(squared - columns * noise);
}

/**
 * How the clusters of a model differ between two sets of people that it placed: sizes, their cumulative sums over the
 * looks so far, and centres.
 */
export function clusterDrift({ keys, before, after, earlier }: ClusterLook): {
  readonly clusters: ClusterDrift[];
  readonly sizePsi: number;
  readonly found: readonly Judged[];
} {
  const [was, is] = [sharesOf(before.labels, keys.length), sharesOf(after.labels, keys.length)];
  const found: Judged[] = [];
  const clusters = keys.map((key, c): ClusterDrift => {
    const share = (of: typeof was): number => (of.people === 0 ? 0 : (of.counts[c] ?? 0) / of.people);
    const [target, now] = [share(was), share(is)];
    const error = Math.sqrt(target * (1 - target) * (1 / Math.max(1, was.people) + 1 / Math.max(1, is.people)));
    const spread = Math.max(WATCH_LIMITS.leastSpread, error);
    const series = [...earlier.map((look) => look[key] ?? target), now];
    const sums = cusum(series, { target, spread, slack: WATCH_LIMITS.cusumSlack, limit: WATCH_LIMITS.cusum.moved });
    const [upper, lower] = [sums.upper.at(-1) ?? 0, sums.lower.at(-1) ?? 0];
    const centre = shiftOf(rowsOf(before, c), rowsOf(after, c));
    const own = [
      judged(`cluster ${key}: share`, Math.max(upper, lower), WATCH_LIMITS.cusum),
      ...(centre === null ? [] : [judged(`cluster ${key}: centre`, centre, WATCH_LIMITS.centroid)]),
    ];
    found.push(...own);
    const level = gravest(own)?.level ?? 'steady';
    return { key, level, shareBefore: target, shareAfter: now, upper, lower, centroidShift: centre };
  });
  return { clusters, sizePsi: populationStability(was.counts, is.counts), found };
}
