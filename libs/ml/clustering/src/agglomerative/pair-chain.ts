import { PairWorkspace, breathe, poolOf, type ComputeControl, type Matrix, type PairShares } from '@kohort/ml-core';
import type { Join } from './dendrogram';

/** Linkages whose distances follow from those of the parts alone (Lance & Williams 1967). */
export type PairLinkage = 'average' | 'complete' | 'weighted';

const WORK_A_BREATH = 2e6;

/** Where the distance of items i > j lies in a triangle of distances. */
export const pairAt = (i: number, j: number): number => (i * (i - 1)) / 2 + j;

/** What is joined: rows, whose Euclidean distances are measured, or distances of any kind. */
export type PairInput = { readonly rows: Matrix } | { readonly distances: Float64Array };

function sharesOf(linkage: PairLinkage, nx: number, ny: number): PairShares {
  if (linkage === 'average') return { x: nx / (nx + ny), y: ny / (nx + ny), larger: false };
  return { x: 0.5, y: 0.5, larger: linkage === 'complete' };
}

/** Items at the workspace's places and their sizes. */
interface Places {
  items: number[];
  sizes: number[];
  alive: number;
}

/** Moves living clusters to the front and renames the places of the chain. */
function compact(work: PairWorkspace, places: Places, chain: number[]): void {
  const kept = work.compact();
  const moved = new Map(kept.map((from, to) => [from, to]));
  chain.forEach((place, at) => {
    chain[at] = moved.get(place) ?? place;
  });
  places.items = kept.map((from) => places.items[from] as number);
  places.sizes = kept.map((from) => places.sizes[from] as number);
}

/** One step of the chain: goes on to the nearest, or joins two that are each other's. */
function step(work: PairWorkspace, chain: number[]): { a: number; b: number; height: number } | undefined {
  if (chain.length === 0) chain.push(work.alive.indexOf(1));
  const x = chain[chain.length - 1] as number;
  const before = chain[chain.length - 2];
  const { place, distance } = work.nearest(x);
  if (before === undefined || distance < work.distance(x, before)) {
    chain.push(place);
    return undefined;
  }
  chain.length -= 2;
  return { a: Math.min(x, before), b: Math.max(x, before), height: work.distance(x, before) };
}

/**
 * Joins of average, complete or weighted linkage by chains of nearest neighbours.
 *
 * Shape   input: m rows, or the triangle of distances, that of i > j at i(i−1)/2 + j; weights: rows behind each item;
 *         returns m−1 joins, in the order made
 * Ties    the neighbour before in the chain, then the lowest item
 * Cost    O(m²) time after the distances; 8·m² bytes
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 * Source  Murtagh 1983; held to scipy's linkage
 */
export async function joinByPairs(
  input: PairInput,
  { weights, linkage }: { weights: ArrayLike<number>; linkage: PairLinkage },
  control: ComputeControl = {},
): Promise<Join[]> {
  const n = weights.length;
  const work = new PairWorkspace(poolOf(control), n, 'rows' in input ? input.rows.cols : 0);
  try {
    if ('rows' in input) work.measure(input.rows);
    else work.load(input.distances);
    const places: Places = { items: Array.from({ length: n }, (_, i) => i), sizes: Array.from(weights), alive: n };
    const joins: Join[] = [];
    const chain: number[] = [];
    let done = 0;
    while (joins.length < n - 1) {
      const pair = step(work, chain);
      done += places.items.length;
      if (pair) {
        const { a, b, height } = pair;
        const [na, nb] = [places.sizes[a] as number, places.sizes[b] as number];
        joins.push({ a: places.items[a] as number, b: places.items[b] as number, height });
        work.join(a, b, sharesOf(linkage, na, nb));
        places.sizes[b] = na + nb;
        places.alive -= 1;
        if (places.alive * 4 <= places.items.length * 3) compact(work, places, chain);
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
