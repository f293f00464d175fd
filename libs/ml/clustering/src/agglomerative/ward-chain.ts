import { WardWorkspace, breathe, columnMeans, poolOf, type ComputeControl, type Matrix } from '@kohort/ml-core';
import type { Join } from './dendrogram';

const WORK_A_BREATH = 2e7;

/** Which item stands for the cluster at each place of the workspace. */
interface Places {
  readonly items: Int32Array;
  count: number;
  alive: number;
}

/** Moves living clusters to the front, in their order, and renames the places of the chain. */
function compact(work: WardWorkspace, places: Places, chain: number[]): void {
  const moved = new Map<number, number>();
  let to = 0;
  for (let from = 0; from < places.count; from += 1) {
    if (work.sizes[from] === 0) continue;
    moved.set(from, to);
    if (to !== from) {
      work.move(from, to);
      places.items[to] = places.items[from] as number;
    }
    to += 1;
  }
  places.count = to;
  work.truncate(to);
  chain.forEach((place, at) => {
    chain[at] = moved.get(place) ?? place;
  });
}

function loadMeans(work: WardWorkspace, { data, rows, cols }: Matrix, weights: ArrayLike<number>): void {
  // Differences keep their digits where the rows lie far from zero.
  const origin = columnMeans({ data, rows, cols });
  const mean = new Float64Array(cols);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < cols; j += 1) mean[j] = (data[i * cols + j] as number) - (origin[j] as number);
    work.set(i, weights[i] as number, mean);
  }
}

/**
 * Joins of Ward's linkage by chains of nearest neighbours over means and sizes: no matrix of distances.
 *
 * Shape   matrix: m×d, the items' means; weights: their rows; returns m−1 joins, in the order made
 * Units   heights as scipy's: √(2ab / (a + b)) times the distance of the means
 * Ties    the neighbour before in the chain, then the lowest item
 * Cost    about 2·m²·d multiplications; 8·m·d bytes
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 * Source  Ward 1963; Murtagh 1983; held to scipy's linkage
 */
export async function joinByWard(matrix: Matrix, weights: ArrayLike<number>, control: ComputeControl = {}) {
  const { rows: n, cols: d } = matrix;
  const joins: Join[] = [];
  if (n < 2) return joins;
  const work = new WardWorkspace(poolOf(control), { n, d });
  try {
    loadMeans(work, matrix, weights);
    const places: Places = { items: Int32Array.from({ length: n }, (_, i) => i), count: n, alive: n };
    const chain: number[] = [];
    let done = 0;
    while (joins.length < n - 1) {
      if (chain.length === 0) chain.push(work.sizes.findIndex((size) => size > 0));
      const x = chain[chain.length - 1] as number;
      const before = chain[chain.length - 2];
      let next = work.nearest(x);
      if (before !== undefined) {
        const measure = work.measure(x, before);
        if (next.measure >= measure) next = { place: before, measure };
      }
      done += places.count * d;
      if (next.place !== before) {
        chain.push(next.place);
      } else {
        chain.length -= 2;
        const height = Math.sqrt(next.measure);
        joins.push({ a: places.items[x] as number, b: places.items[before] as number, height });
        work.join(Math.min(x, before), Math.max(x, before));
        places.alive -= 1;
        if (places.alive * 4 <= places.count * 3) compact(work, places, chain);
      }
      if (done < WORK_A_BREATH) continue;
      done = 0;
      control.onProgress?.({ phase: 'joining clusters', done: joins.length, total: n - 1 });
      await breathe(control);
    }
    return joins;
  } finally {
    work.release();
  }
}
