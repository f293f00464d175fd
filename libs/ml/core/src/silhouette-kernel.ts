import { arenaBytes } from './pool/arena';
import { breathe, poolOf, type ComputeControl } from './pool/compute-control';
import type { Matrix } from './matrix';

const MOST_SHARDS = 1024;
const SHARDS_A_STEP = 16;

/** Rows in cluster order: what the kernel walks. */
interface SortedRows {
  readonly order: Uint32Array;
  /** Sizes of the clusters that have rows. */
  readonly counts: readonly number[];
}

function sortByCluster(labels: ArrayLike<number>): SortedRows {
  const sizes = new Map<number, number>();
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] as number;
    sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  const clusters = [...sizes.keys()].sort((a, b) => a - b);
  const next = new Map<number, number>();
  let start = 0;
  for (const cluster of clusters) {
    next.set(cluster, start);
    start += sizes.get(cluster) ?? 0;
  }
  const order = new Uint32Array(labels.length);
  for (let i = 0; i < labels.length; i += 1) {
    const at = next.get(labels[i] as number) ?? 0;
    order[at] = i;
    next.set(labels[i] as number, at + 1);
  }
  return { order, counts: clusters.map((cluster) => sizes.get(cluster) ?? 0) };
}

/** Writes rows in order, and again as blocks of eight (feature by feature); a cluster's last block repeats its last row. */
function fillRows(
  matrix: Matrix,
  sorted: SortedRows,
  rows: Float32Array,
  blocks: Float32Array,
  cluster: Uint32Array,
): void {
  const { data, cols: d } = matrix;
  let block = 0;
  let start = 0;
  sorted.counts.forEach((count, c) => {
    for (let i = 0; i < Math.ceil(count / 8) * 8; i += 1) {
      const at = start + Math.min(i, count - 1);
      const from = (sorted.order[at] as number) * d;
      const to = (block + (i >> 3)) * d * 8 + (i & 7);
      for (let j = 0; j < d; j += 1) {
        const value = data[from + j] as number;
        rows[at * d + j] = value;
        blocks[to + j * 8] = value;
      }
      cluster[at] = c;
    }
    start += count;
    block += Math.ceil(count / 8);
  });
}

/**
 * Silhouette coefficient of every row, Euclidean.
 *
 * Shape   matrix: n×d; labels: n integers of any numbering; returns n values in -1..1
 * Units   none; distances are summed in f32 runs of 64 and then in f64
 * Cost    O(n²·d) time, O(n·d) memory; about 0.4 µs per 100 pairs at d = 10
 * Throws  ML_CANCELLED; the caller checks that there are 2 to n−1 clusters
 */
export async function silhouetteCoefficients(
  matrix: Matrix,
  labels: ArrayLike<number>,
  control: ComputeControl = {},
): Promise<Float64Array> {
  const { rows: n, cols: d } = matrix;
  const sorted = sortByCluster(labels);
  const k = sorted.counts.length;
  const blockCount = sorted.counts.reduce((sum, count) => sum + Math.ceil(count / 8), 0);
  const perShard = Math.max(4, Math.ceil(n / MOST_SHARDS / 4) * 4);
  const shards = Math.ceil(n / perShard);
  const sizes = [n * d * 4, blockCount * d * 32, (k + 1) * 4, k * 4, n * 4, shards * 4 * k * 8, n * 8];
  const job = poolOf(control).openJob(arenaBytes(sizes), `the silhouette of ${n} × ${d}`);
  try {
    const { arena } = job;
    const rows = arena.f32(n * d);
    const blocks = arena.f32(blockCount * d * 8);
    const first = arena.u32(k + 1);
    const counts = arena.u32(k);
    const cluster = arena.u32(n);
    const scratch = arena.f64(shards * 4 * k);
    const out = arena.f64(n);
    fillRows(matrix, sorted, rows, blocks, cluster);
    counts.set(sorted.counts);
    first[0] = 0;
    sorted.counts.forEach((count, c) => {
      first[c + 1] = (first[c] as number) + Math.ceil(count / 8);
    });
    const views = [blocks, first, counts, cluster].map((view) => view.byteOffset);
    const words = [rows.byteOffset, n, d, k, ...views, perShard, scratch.byteOffset, out.byteOffset];
    for (let at = 0; at < shards; at += SHARDS_A_STEP) {
      await breathe(control);
      job.run('silhouette', { first: at, count: Math.min(SHARDS_A_STEP, shards - at) }, words);
      control.onProgress?.({ phase: 'silhouette', done: Math.min(n, (at + SHARDS_A_STEP) * perShard), total: n });
    }
    const values = new Float64Array(n);
    for (let i = 0; i < n; i += 1) values[sorted.order[i] as number] = out[i] as number;
    return values;
  } finally {
    job.release();
  }
}
