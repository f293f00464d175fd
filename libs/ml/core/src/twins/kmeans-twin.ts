/**
 * The k-means kernels in plain TypeScript, rounding to float32 where the kernels do: the oracle of their tests, equal bit
 * for bit. Not exported by the package.
 */
import { NO_LABEL } from '../kmeans-workspace';
import type { Matrix } from '../matrix';
import type { Shards } from '../shards';

const f = Math.fround;
const at = (values: ArrayLike<number>, index: number): number => values[index] as number;

/** Label of one row: argmin of |c|²/2 − x·c, lowest centroid on a tie. centroids: k×d. */
export function nearestCentroidTwin(row: ArrayLike<number>, centroids: Float64Array, k: number): number {
  const d = row.length;
  let best = Infinity;
  let label = 0;
  for (let c = 0; c < k; c += 1) {
    let norm = 0;
    for (let j = 0; j < d; j += 1) norm += f(at(centroids, c * d + j)) ** 2;
    let score = f(norm / 2);
    for (let j = 0; j < d; j += 1) score = f(score - f(at(row, j) * f(at(centroids, c * d + j))));
    if (score < best) {
      best = score;
      label = c;
    }
  }
  return label;
}

/** What `kmeansAssign` adds to sums and counts, reduced in shard order; rewrites `labels`. */
export function assignTwin(
  matrix: Matrix,
  centroids: Float64Array,
  labels: Uint16Array,
  { count, rows: perShard }: Shards,
): { changed: number; sums: Float64Array; counts: Float64Array } {
  const { data, rows: n, cols: d } = matrix;
  const k = centroids.length / d;
  const sums = new Float64Array(k * d);
  const counts = new Float64Array(k);
  let changed = 0;
  for (let s = 0; s < count; s += 1) {
    const shardSums = new Float64Array(k * d);
    for (let i = s * perShard; i < Math.min(n, (s + 1) * perShard); i += 1) {
      const row = data.subarray(i * d, i * d + d);
      const label = nearestCentroidTwin(row, centroids, k);
      const old = at(labels, i);
      if (old === label) continue;
      changed += 1;
      labels[i] = label;
      counts[label] = at(counts, label) + 1;
      if (old !== NO_LABEL) counts[old] = at(counts, old) - 1;
      for (let j = 0; j < d; j += 1) {
        shardSums[label * d + j] = at(shardSums, label * d + j) + at(row, j);
        if (old !== NO_LABEL) shardSums[old * d + j] = at(shardSums, old * d + j) - at(row, j);
      }
    }
    for (let v = 0; v < sums.length; v += 1) sums[v] = at(sums, v) + at(shardSums, v);
  }
  return { changed, sums, counts };
}

/** Squared distance of two rows, summed feature by feature in float32. */
export function squaredDistanceTwin(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let distance = 0;
  for (let j = 0; j < a.length; j += 1) {
    const difference = f(at(a, j) - at(b, j));
    distance = f(distance + f(difference * difference));
  }
  return distance;
}

/** `kmeansInertia`: per shard, then in shard order. */
export function inertiaTwin(matrix: Matrix, centroids: Float64Array, labels: Uint16Array, shards: Shards): number {
  const { data, rows: n, cols: d } = matrix;
  let total = 0;
  for (let s = 0; s < shards.count; s += 1) {
    let part = 0;
    for (let i = s * shards.rows; i < Math.min(n, (s + 1) * shards.rows); i += 1) {
      const lanes: [number, number] = [0, 0];
      for (let j = 0; j < d; j += 1) {
        lanes[(j & 1) as 0 | 1] += (at(data, i * d + j) - at(centroids, at(labels, i) * d + j)) ** 2;
      }
      part += lanes[0] + lanes[1];
    }
    total += part;
  }
  return total;
}
