import { leafOrder } from './leaf-order';
import type { Matrix } from './matrix';
import { arenaBytes } from './pool/arena';
import { breathe, poolOf, type ComputeControl } from './pool/compute-control';
import type { KernelJob } from './pool/kernel-pool';

/** Points of a leaf and queries of a tile, leaves of a group: the kernels know them too. */
const LEAF = 32;
const GROUP = 16;
const TILES_A_SHARD = 4;
/** Queries that go through the kernels between two looks at the caller's signal. */
const QUERIES_AT_ONCE = 16_384;
/** Entries of lists that are held at once. */
const ENTRIES_AT_ONCE = 1 << 23;
/** No row: what fills up a list of nearest rows that has fewer. */
export const NO_ROW = 0xffff_ffff;

/**
 * Points sorted into leaves of a k-d tree, in double precision: what neighbours are looked up in. A value; it holds no
 * arena and may be asked on any pool.
 */
export interface NeighbourIndex {
  readonly rows: number;
  readonly cols: number;
  /** The row at each place. */
  readonly order: Uint32Array;
  /** Leaves of 8 blocks of d×4 values; NaN past the last point. */
  readonly blocks: Float64Array;
  /** d lows and d highs of each leaf, and of each group of leaves. */
  readonly leafBoxes: Float64Array;
  readonly groupBoxes: Float64Array;
}

/** Boxes around runs of `size` rows, in the order given. */
function boxesOf({ data, cols }: Matrix, order: ArrayLike<number>, size: number): Float64Array {
  const count = Math.ceil(order.length / size);
  const boxes = new Float64Array(count * 2 * cols);
  for (let b = 0; b < count; b += 1) {
    const low = b * 2 * cols;
    boxes.fill(Infinity, low, low + cols);
    boxes.fill(-Infinity, low + cols, low + 2 * cols);
    const end = Math.min(order.length, (b + 1) * size);
    for (let at = b * size; at < end; at += 1) {
      const from = (order[at] as number) * cols;
      for (let j = 0; j < cols; j += 1) {
        const value = data[from + j] as number;
        if (value < (boxes[low + j] as number)) boxes[low + j] = value;
        if (value > (boxes[low + cols + j] as number)) boxes[low + cols + j] = value;
      }
    }
  }
  return boxes;
}

/** Points as blocks of four, column by column, in double precision; what fills up the last leaf is NaN. */
function blocksOf({ data, cols }: Matrix, order: Uint32Array): Float64Array {
  const blocks = new Float64Array(Math.ceil(order.length / LEAF) * LEAF * cols).fill(NaN);
  for (let at = 0; at < order.length; at += 1) {
    const from = (order[at] as number) * cols;
    const to = (at >> 2) * 4 * cols + (at & 3);
    for (let j = 0; j < cols; j += 1) blocks[to + j * 4] = data[from + j] as number;
  }
  return blocks;
}

/**
 * Sorts points for neighbour queries.
 *
 * Shape   points: n×d, finite, n at least 1
 * Cost    O(n · d · log n) time, 8·n·d bytes; in more than about 15 columns queries look at nearly all points
 */
export function indexNeighbours(points: Matrix): NeighbourIndex {
  const order = leafOrder(points, LEAF);
  return {
    rows: points.rows,
    cols: points.cols,
    order,
    blocks: blocksOf(points, order),
    leafBoxes: boxesOf(points, order, LEAF),
    groupBoxes: boxesOf(points, order, LEAF * GROUP),
  };
}

/** What a query runs on: the index in an arena, and room for so many queries. */
interface Lookup {
  readonly job: KernelJob;
  readonly queries: Float64Array;
  readonly tileBoxes: Float64Array;
  /** Words 0 to 8 of the kernels' argument blocks for q queries. */
  words(q: number): number[];
}

function openLookup(index: NeighbourIndex, room: number, extra: readonly number[], control: ComputeControl): Lookup {
  const { blocks, leafBoxes, groupBoxes, cols: d } = index;
  const tiles = Math.ceil(room / LEAF);
  const sizes = [blocks.length, leafBoxes.length, groupBoxes.length, room * d, tiles * 2 * d].map(
    (length) => 8 * length,
  );
  const job = poolOf(control).openJob(arenaBytes([...sizes, ...extra]), `neighbours among ${index.rows} × ${d}`);
  const { arena } = job;
  const copies = [blocks, leafBoxes, groupBoxes].map((values) => {
    const view = arena.f64(values.length);
    view.set(values);
    return view.byteOffset;
  });
  const queries = arena.f64(room * d);
  const tileBoxes = arena.f64(tiles * 2 * d);
  const leaves = Math.ceil(index.rows / LEAF);
  const [points = 0, ...boxes] = copies;
  return {
    job,
    queries,
    tileBoxes,
    words: (q) => [points, leaves, d, ...boxes, queries.byteOffset, q, tileBoxes.byteOffset, TILES_A_SHARD],
  };
}

/** Writes the queries of some places of an order into a lookup. */
function fillQueries(lookup: Lookup, from: Matrix, order: Uint32Array): void {
  const { data, cols } = from;
  for (let at = 0; at < order.length; at += 1) {
    const row = (order[at] as number) * cols;
    for (let j = 0; j < cols; j += 1) lookup.queries[at * cols + j] = data[row + j] as number;
  }
  lookup.tileBoxes.set(boxesOf(from, order, LEAF));
}

const shardsOf = (queries: number): number => Math.ceil(Math.ceil(queries / LEAF) / TILES_A_SHARD);
const roomFor = (queries: number): number => Math.min(QUERIES_AT_ONCE, Math.ceil(queries / LEAF) * LEAF);

/** Parts of an order that go through the kernels together. */
function* partsOf(order: Uint32Array): Generator<{ start: number; part: Uint32Array }> {
  for (let start = 0; start < order.length; start += QUERIES_AT_ONCE) {
    yield { start, part: order.subarray(start, start + QUERIES_AT_ONCE) };
  }
}

/**
 * How many points lie within a radius of each query, a query that is a point itself included.
 *
 * Shape   queries: m rows of the index's width; returns m counts in the queries' order
 * Units   radius in units of the points; a point at exactly the radius counts
 * Cost    O(m · points near), at worst O(m · n · d)
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function countNeighbours(
  index: NeighbourIndex,
  { queries, radius }: { queries: Matrix; radius: number },
  control: ComputeControl = {},
): Promise<Uint32Array> {
  const counts = new Uint32Array(queries.rows);
  if (queries.rows === 0) return counts;
  const room = roomFor(queries.rows);
  const lookup = openLookup(index, room, [8, 4 * room], control);
  try {
    const limit = lookup.job.arena.f64(1).fill(radius * radius);
    const out = lookup.job.arena.u32(room);
    for (const { start, part } of partsOf(leafOrder(queries, LEAF))) {
      await breathe(control);
      fillQueries(lookup, queries, part);
      const words = [...lookup.words(part.length), limit.byteOffset, out.byteOffset];
      lookup.job.run('countWithin', { count: shardsOf(part.length) }, words);
      for (let at = 0; at < part.length; at += 1) counts[part[at] as number] = out[at] as number;
      control.onProgress?.({ phase: 'counting neighbours', done: start + part.length, total: queries.rows });
    }
    return counts;
  } finally {
    lookup.job.release();
  }
}

/** The k nearest points of each query. */
export interface NearestRows {
  /** m × k Euclidean distances, rising; Infinity where there are fewer than k points. */
  readonly distances: Float64Array;
  /** The same squared, not rounded by the root: equal where the kernels' distances are. */
  readonly squared: Float64Array;
  /** m × k rows of the points; NO_ROW where there are fewer. */
  readonly rows: Uint32Array;
}

/** For each tile, the leaf whose box is nearest to it: where its search begins. */
function homesOf(index: NeighbourIndex, tileBoxes: Float64Array, homes: Uint32Array): void {
  const { leafBoxes, cols: d } = index;
  const leaves = leafBoxes.length / (2 * d);
  for (let t = 0; t < homes.length; t += 1) {
    let least = Infinity;
    for (let leaf = 0; leaf < leaves; leaf += 1) {
      let gap = 0;
      for (let j = 0; j < d && gap < least; j += 1) {
        const middle = ((leafBoxes[leaf * 2 * d + j] as number) + (leafBoxes[leaf * 2 * d + d + j] as number)) / 2;
        const own = ((tileBoxes[t * 2 * d + j] as number) + (tileBoxes[t * 2 * d + d + j] as number)) / 2;
        gap += (middle - own) ** 2;
      }
      if (gap >= least) continue;
      least = gap;
      homes[t] = leaf;
    }
  }
}

/**
 * The k nearest points of every query; a query that is a point itself is its own first.
 *
 * Shape   queries: m rows of the index's width; returns m × k
 * Units   distances in units of the points
 * Ties    the lower row comes first
 * Cost    O(m · k · points near), at worst O(m · n · d); 20·m·k bytes
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function nearestNeighbours(
  index: NeighbourIndex,
  { queries, k }: { queries: Matrix; k: number },
  control: ComputeControl = {},
): Promise<NearestRows> {
  const distances = new Float64Array(queries.rows * k);
  const squared = new Float64Array(queries.rows * k);
  const rows = new Uint32Array(queries.rows * k);
  if (queries.rows === 0) return { distances, squared, rows };
  const room = roomFor(queries.rows);
  const extra = [4 * index.rows, room, 8 * room * k, 4 * room * k].map((bytes) => bytes + 4 * LEAF);
  const lookup = openLookup(index, room, extra, control);
  try {
    const { arena } = lookup.job;
    const order = arena.u32(index.rows + LEAF);
    const homes = arena.u32(Math.ceil(room / LEAF));
    const [near, ids] = [arena.f64(room * k), arena.u32(room * k)];
    order.set(index.order);
    for (const { start, part } of partsOf(leafOrder(queries, LEAF))) {
      await breathe(control);
      fillQueries(lookup, queries, part);
      homesOf(index, lookup.tileBoxes, homes.subarray(0, Math.ceil(part.length / LEAF)));
      const outs = [order, homes, near, ids].map((view) => view.byteOffset);
      lookup.job.run('nearestPoints', { count: shardsOf(part.length) }, [...lookup.words(part.length), k, ...outs]);
      for (let at = 0; at < part.length; at += 1) {
        const to = (part[at] as number) * k;
        for (let c = 0; c < k; c += 1) {
          squared[to + c] = near[at * k + c] as number;
          distances[to + c] = Math.sqrt(squared[to + c] as number);
          rows[to + c] = ids[at * k + c] as number;
        }
      }
      control.onProgress?.({ phase: 'finding neighbours', done: start + part.length, total: queries.rows });
    }
    return { distances, squared, rows };
  } finally {
    lookup.job.release();
  }
}

/** One core point's neighbours: rows, each pair of core points named once. */
export type VisitNeighbours = (row: number, neighbours: readonly number[] | Uint32Array) => void;

/** Ends of runs of places whose lists fit into one arena. */
function runEnds(order: Uint32Array, counts: Uint32Array, core: Uint8Array): number[] {
  const ends: number[] = [];
  let entries = 0;
  let start = 0;
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at] as number;
    const wanted = core[row] === 0 ? 0 : (counts[row] as number);
    if (at > start && (entries + wanted > ENTRIES_AT_ONCE || at - start >= QUERIES_AT_ONCE)) {
      ends.push(at);
      start = at;
      entries = 0;
    }
    entries += wanted;
  }
  return [...ends, order.length];
}

/**
 * Calls back for every core point with the points within a radius of it: all that are not core, and of the core ones
 * those it is not called back for first. Each pair of core points is so named once.
 *
 * Shape   points: those of the index; counts, core: n, as countNeighbours gives them for the same radius
 * Cost    that of countNeighbours; 32 MB of lists at once
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function visitCoreNeighbours(
  index: NeighbourIndex,
  { points, counts, core, radius }: { points: Matrix; counts: Uint32Array; core: Uint8Array; radius: number },
  visit: VisitNeighbours,
  control: ComputeControl = {},
): Promise<void> {
  const { order, rows: n } = index;
  const ends = runEnds(order, counts, core);
  const most = (start: number, end: number): number =>
    order.subarray(start, end).reduce((sum, row) => sum + (core[row] === 0 ? 0 : (counts[row] as number)), 0);
  const entries = ends.reduce((large, end, at) => Math.max(large, most(ends[at - 1] ?? 0, end)), 1);
  const room = roomFor(n);
  const places = Math.ceil(n / LEAF) * LEAF;
  const extra = [8, 4 * room, 4 * places, 4 * room, 4 * entries, 4 * room];
  const lookup = openLookup(index, room, extra, control);
  try {
    const { arena } = lookup.job;
    const limit = arena.f64(1).fill(radius * radius);
    const own = arena.u32(room);
    const coreAt = arena.u32(places).fill(0);
    const [starts, out, lengths] = [arena.u32(room), arena.u32(entries), arena.u32(room)];
    for (let at = 0; at < n; at += 1) coreAt[at] = core[order[at] as number] as number;
    let start = 0;
    for (const end of ends) {
      await breathe(control);
      const part = order.subarray(start, end);
      fillQueries(lookup, points, part);
      let next = 0;
      for (let at = 0; at < part.length; at += 1) {
        const wanted = coreAt[start + at] !== 0;
        own[at] = wanted ? start + at : NO_ROW;
        starts[at] = next;
        if (wanted) next += counts[part[at] as number] as number;
      }
      const outs = [limit, own, coreAt, starts, out, lengths].map((view) => view.byteOffset);
      lookup.job.run('listWithin', { count: shardsOf(part.length) }, [...lookup.words(part.length), ...outs]);
      for (let at = 0; at < part.length; at += 1) {
        if (own[at] === NO_ROW) continue;
        const from = starts[at] as number;
        const list = out.subarray(from, from + (lengths[at] as number));
        for (let i = 0; i < list.length; i += 1) list[i] = order[list[i] as number] as number;
        visit(part[at] as number, list);
      }
      start = end;
      control.onProgress?.({ phase: 'joining neighbours', done: end, total: n });
    }
  } finally {
    lookup.job.release();
  }
}
