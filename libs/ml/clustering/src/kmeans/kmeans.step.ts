import { breathe, type ClusterSums, type ComputeControl, type KmeansWorkspace } from '@kohort/ml-core';

/** Multiply-adds between two looks at the caller's signal. */
const WORK_A_BREATH = 4e6;

/** When a start ends. */
export interface LloydLimits {
  readonly maxIterations: number;
  /** Summed squared shift of the centroids, in squared units of the matrix. */
  readonly shift: number;
}

/** Where a start ended; centroids relative to the workspace's origin. */
export interface LloydEnd {
  readonly centroids: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
  /** The workspace's labels are those of these centroids: no label changed in the last round. */
  readonly settled: boolean;
  /** Sums and sizes of the workspace's labels. */
  readonly totals: ClusterSums;
}

/** k × d means from sums and sizes. A cluster without rows keeps the centroid given for it. */
export function meansOf({ sums, counts }: ClusterSums, before: Float64Array): Float64Array {
  const k = counts.length;
  const d = sums.length / k;
  const means = Float64Array.from(before);
  for (let c = 0; c < k; c += 1) {
    const count = counts[c] as number;
    if (count > 0) for (let j = 0; j < d; j += 1) means[c * d + j] = (sums[c * d + j] as number) / count;
  }
  return means;
}

/** Rows by falling distance to the centroid of their label; of equal ones the first row. Only `wanted` are kept. */
function farthestRows(work: KmeansWorkspace, centroids: Float64Array, counts: Float64Array, wanted: number): number[] {
  const { rows, labels, k } = work;
  const d = centroids.length / k;
  const kept: { row: number; distance: number }[] = [];
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] as number;
    if ((counts[label] as number) < 2) continue;
    let distance = 0;
    for (let j = 0; j < d; j += 1)
      distance += ((rows[i * d + j] as number) - (centroids[label * d + j] as number)) ** 2;
    const last = kept[wanted - 1];
    if (last && distance <= last.distance) continue;
    const at = kept.findIndex((other) => distance > other.distance);
    kept.splice(at < 0 ? kept.length : at, 0, { row: i, distance });
    if (kept.length > wanted) kept.pop();
  }
  return kept.map(({ row }) => row);
}

/**
 * Gives each cluster that lost all its rows the row farthest from its own centroid, as scikit-learn does: k clusters stay
 * k clusters. Changes labels and sums.
 */
export function fillEmptyClusters(work: KmeansWorkspace, totals: ClusterSums, centroids: Float64Array): number {
  const { sums, counts } = totals;
  const d = sums.length / work.k;
  const empty = [...counts.keys()].filter((c) => counts[c] === 0);
  if (empty.length === 0) return 0;
  farthestRows(work, centroids, counts, empty.length).forEach((row, at) => {
    const from = work.labels[row] as number;
    const to = empty[at] as number;
    if ((counts[from] as number) < 2) return;
    for (let j = 0; j < d; j += 1) {
      const value = work.rows[row * d + j] as number;
      sums[from * d + j] = (sums[from * d + j] as number) - value;
      sums[to * d + j] = value;
    }
    counts[from] = (counts[from] as number) - 1;
    counts[to] = 1;
    work.labels[row] = to;
  });
  return empty.length;
}

function squaredShift(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + (value - (b[at] as number)) ** 2, 0);
}

/**
 * Lloyd's rounds: assign every row, move every centroid to the mean of its rows, until nothing changes.
 *
 * Cost    O(n·k·d) a round; sums are updated for rows that changed their label only
 * Throws  ML_CANCELLED
 */
export async function lloyd(
  work: KmeansWorkspace,
  start: Float64Array,
  { limits, control }: { limits: LloydLimits; control: ComputeControl },
): Promise<LloydEnd> {
  const totals = { sums: new Float64Array(start.length), counts: new Float64Array(work.k) };
  let centroids = start;
  let workDone = 0;
  work.clearLabels();
  for (let iterations = 1; iterations <= limits.maxIterations; iterations += 1) {
    work.setCentroids(centroids);
    const changed = work.assign(totals);
    if (changed === 0) return { centroids, iterations, converged: true, settled: true, totals };
    fillEmptyClusters(work, totals, centroids);
    const moved = meansOf(totals, centroids);
    const shift = squaredShift(moved, centroids);
    centroids = moved;
    if (shift <= limits.shift) return { centroids, iterations, converged: true, settled: false, totals };
    workDone += work.rows.length * work.k;
    if (workDone > WORK_A_BREATH) {
      workDone = 0;
      await breathe(control);
    }
  }
  return { centroids, iterations: limits.maxIterations, converged: false, settled: false, totals };
}
