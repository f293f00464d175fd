import { NOISE } from '../core-distances';

/** Rows in the order of OPTICS. */
export interface ReachabilityPlot {
  readonly order: Uint32Array;
  /** By row: the distance at which it was reached; Infinity for the first of a part. */
  readonly reachability: Float64Array;
  /** By row: its core distance; Infinity beyond the radius. */
  readonly core: Float64Array;
  /** By row: the row it was reached from, -1 for none. */
  readonly predecessor: Int32Array;
}

/**
 * Clusters of the plot cut at one height.
 *
 * Shape   returns a label for each row, in the order of the plot; -1 for noise
 */
export function cutPlot({ order, reachability, core }: ReachabilityPlot, eps: number): Int32Array {
  const labels = new Int32Array(order.length).fill(NOISE);
  let label = -1;
  for (const row of order) {
    const far = (reachability[row] as number) > eps;
    const dense = (core[row] as number) <= eps;
    if (far && dense) label += 1;
    if (!far || dense) labels[row] = label;
  }
  return labels;
}

/** A steep fall of the plot, places both inclusive. */
interface Descent {
  readonly start: number;
  readonly end: number;
  /** Highest reachability between its end and the place at hand. */
  between: number;
}

/** The plot as the search walks it: values by place, one Infinity behind the last. */
interface Walk {
  readonly height: Float64Array;
  readonly order: Uint32Array;
  readonly predecessor: Int32Array;
  readonly xi: number;
  readonly minPoints: number;
  readonly minClusterSize: number;
}

const at = (values: Float64Array, place: number): number => values[place] as number;

/**
 * How the plot goes from a place to the next: `steep` by at least xi, `level` included in either way.
 * NaN (Infinity to Infinity) is neither.
 */
function slope({ height, xi }: Walk, place: number): 'steep down' | 'down' | 'steep up' | 'up' | 'level' {
  const ratio = at(height, place) / at(height, place + 1);
  if (ratio <= 1 - xi) return 'steep up';
  if (ratio >= 1 / (1 - xi)) return 'steep down';
  if (ratio < 1) return 'up';
  return ratio > 1 ? 'down' : 'level';
}

/** Last steep place of the slope that begins at `start`: at most minPoints places in a row that are not steep. */
function endOfSlope(walk: Walk, start: number, way: 'down' | 'up'): number {
  const against = way === 'down' ? 'up' : 'down';
  let end = start;
  let flat = 0;
  for (let place = start; place < walk.order.length; place += 1) {
    const here = slope(walk, place);
    if (here === `steep ${way}`) {
      end = place;
      flat = 0;
    } else if (here === against || here === `steep ${against}`) return end;
    else {
      flat += 1;
      if (flat > walk.minPoints) return end;
    }
  }
  return end;
}

/** Drops descents that something higher than their start has ended, and tells the others of it. */
function stillOpen(descents: readonly Descent[], between: number, { height, xi }: Walk): Descent[] {
  if (between === Infinity) return [];
  const open = descents.filter(({ start }) => between <= at(height, start) * (1 - xi));
  for (const descent of open) descent.between = Math.max(descent.between, between);
  return open;
}

/** Shortens a cluster until its last row was reached from within it, or its start is higher than its end. */
function closed(walk: Walk, from: number, to: number): { from: number; to: number } | undefined {
  const { height, order, predecessor } = walk;
  for (let end = to; from < end; end -= 1) {
    if (at(height, from) > at(height, end)) return { from, to: end };
    const through = predecessor[order[end] as number];
    for (let place = from; place < end; place += 1) if (order[place] === through) return { from, to: end };
  }
  return undefined;
}

/** The cluster between a descent and an ascent, when they make one. */
function clusterBetween(walk: Walk, descent: Descent, ascent: { start: number; end: number }) {
  const { height, xi } = walk;
  const after = at(height, ascent.end + 1);
  if (after * (1 - xi) < descent.between) return undefined;
  let from = descent.start;
  let to = ascent.end;
  const before = at(height, from);
  if (before * (1 - xi) >= after) {
    while (at(height, from + 1) > after && from < descent.end) from += 1;
  } else if (after * (1 - xi) >= before) {
    while (at(height, to - 1) > before && to > ascent.start) to -= 1;
  }
  const found = closed(walk, from, to);
  if (!found || found.to - found.from + 1 < walk.minClusterSize) return undefined;
  return found.from > descent.end || found.to < ascent.start ? undefined : found;
}

const highest = (height: Float64Array, from: number, to: number): number => {
  let most = 0;
  for (let place = from; place <= to; place += 1) most = Math.max(most, at(height, place));
  return most;
};

/** All valleys, smaller ones before those around them. */
function valleysOf(walk: Walk): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let descents: Descent[] = [];
  let between = 0;
  let next = 0;
  for (let place = 0; place < walk.order.length; place += 1) {
    const here = slope(walk, place);
    if (place < next || !here.startsWith('steep')) continue;
    between = Math.max(between, highest(walk.height, next, place));
    descents = stillOpen(descents, between, walk);
    if (here === 'steep down') {
      const end = endOfSlope(walk, place, 'down');
      descents.push({ start: place, end, between: 0 });
      next = end + 1;
    } else {
      const ascent = { start: place, end: endOfSlope(walk, place, 'up') };
      next = ascent.end + 1;
      const clusters = descents.flatMap((descent) => clusterBetween(walk, descent, ascent) ?? []);
      found.push(...clusters.reverse());
    }
    between = at(walk.height, next);
  }
  return found;
}

/**
 * Clusters of the plot by its steep slopes, the innermost ones.
 *
 * Shape   returns a label for each row, in the order in which the valleys end; -1 for noise
 * Source  Ankerst, Breunig, Kriegel & Sander 1999, figure 19; Schubert & Gertz 2018 for the correction by predecessors
 */
export function valleyLabels(
  { order, reachability, predecessor }: ReachabilityPlot,
  params: { xi: number; minPoints: number; minClusterSize: number },
): Int32Array {
  const height = new Float64Array(order.length + 1).fill(Infinity);
  order.forEach((row, place) => {
    height[place] = reachability[row] as number;
  });
  const byPlace = new Int32Array(order.length).fill(NOISE);
  let label = 0;
  for (const { from, to } of valleysOf({ height, order, predecessor, ...params })) {
    if (!byPlace.subarray(from, to + 1).every((known) => known === NOISE)) continue;
    byPlace.fill(label, from, to + 1);
    label += 1;
  }
  const labels = new Int32Array(order.length);
  order.forEach((row, place) => {
    labels[row] = byPlace[place] as number;
  });
  return labels;
}
