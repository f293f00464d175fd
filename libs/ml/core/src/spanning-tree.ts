import { MAGNITUDE_LIMIT, type Matrix } from './matrix';
import { mlErrors } from './ml-errors';
import { arenaBytes } from './pool/arena';
import { breathe, poolOf, type ComputeControl } from './pool/compute-control';

/** Differences squared between two looks at the caller's signal. */
const WORK_A_BREATH = 2e7;
/** No row: the first of each part that nothing reaches. */
const NOBODY = 0xffff_ffff;

/** What a tree is grown by. */
export interface TreeGrowth {
  /**
   * Squares of the least distances at which a point joins others and others join it, its core distance; as
   * nearestNeighbours gives them, so that equal distances stay equal. Zeros when left out.
   */
  readonly coreSquared?: Float64Array;
  /**
   * `mutual`: a pair needs the larger of both core distances (HDBSCAN); `own`: that of the point already taken alone
   * (OPTICS).
   */
  readonly by: 'mutual' | 'own';
  /** Pairs farther apart are not joined; default Infinity. */
  readonly radius?: number;
}

/** Rows in the order in which they were taken. */
export interface SpanningTree {
  readonly order: Uint32Array;
  /** What each taken row needed to join, at its place in the order; Infinity for the first of a part. */
  readonly need: Float64Array;
  /** The row it joined through; -1 for the first of a part. */
  readonly through: Int32Array;
}

/** The points still open, in rising order of rows, as the kernel's arrays. */
interface OpenPoints {
  count: number;
  readonly ids: Uint32Array;
  readonly points: Float64Array;
  readonly need: Float64Array;
  readonly through: Uint32Array;
  readonly core: Float64Array;
  readonly taken: Float64Array;
}

/** Moves the points still open to the front, in their order: the kernel walks no taken ones. */
function compact(open: OpenPoints, d: number): void {
  const { ids, points, need, through, core, taken } = open;
  let to = 0;
  for (let at = 0; at < open.count; at += 1) {
    if (taken[at] !== 0) continue;
    ids[to] = ids[at] as number;
    need[to] = need[at] as number;
    through[to] = through[at] as number;
    core[to] = core[at] as number;
    const [from, into] = [(at >> 2) * 4 * d + (at & 3), (to >> 2) * 4 * d + (to & 3)];
    for (let j = 0; j < 4 * d; j += 4) points[into + j] = points[from + j] as number;
    taken[to] = 0;
    to += 1;
  }
  open.count = to;
  for (let at = to; at < Math.ceil(to / 4) * 4; at += 1) {
    const into = (at >> 2) * 4 * d + (at & 3);
    for (let j = 0; j < 4 * d; j += 4) points[into + j] = NaN;
    taken[at] = Infinity;
    need[at] = Infinity;
  }
}

/** Refuses magnitudes whose squares would not be told apart from Infinity. */
function checkMagnitudes({ data }: Matrix): void {
  for (let at = 0; at < data.length; at += 1) {
    if (Math.abs(data[at] as number) <= MAGNITUDE_LIMIT) continue;
    throw mlErrors.ML_SHAPE({ what: 'values', expected: `magnitudes up to ${MAGNITUDE_LIMIT}`, got: `${data[at]}` });
  }
}

/**
 * Prim's algorithm over all pairs: from row 0 the row that needs least joins next, through the row it needs it for.
 *
 * Shape   points: n×d, finite; coreSquared: n values
 * Units   distances in units of the points, in double precision
 * Ties    the lowest row is taken first, and keeps the row through which it first needed so little
 * Cost    O(n²·d / 2) time on one thread (0.5 s for 20,000 × 3), 8·n·d bytes
 * Throws  ML_SHAPE for magnitudes beyond 1e17, ML_CANCELLED, ML_TOO_LARGE
 * Source  Prim 1957
 */
export async function growSpanningTree(
  points: Matrix,
  growth: TreeGrowth,
  control: ComputeControl = {},
): Promise<SpanningTree> {
  const { data, rows: n, cols: d } = points;
  checkMagnitudes(points);
  const room = Math.ceil(n / 4) * 4;
  const wide = [room * d, room, room, room, 1, d].map((length) => 8 * length);
  const narrow = [room, room, 1, room].map((length) => 4 * length);
  const job = poolOf(control).openJob(arenaBytes([...wide, ...narrow]), `a spanning tree of ${n} × ${d}`);
  try {
    const { arena } = job;
    const blocks = arena.f64(room * d).fill(NaN);
    const open: OpenPoints = {
      count: n,
      points: blocks,
      need: arena.f64(room).fill(Infinity),
      core: arena.f64(room).fill(0),
      taken: arena.f64(room).fill(Infinity).fill(0, 0, n),
      ids: arena.u32(room),
      through: arena.u32(room).fill(NOBODY),
    };
    const radius = arena.f64(1).fill((growth.radius ?? Infinity) ** 2);
    const scratch = arena.f64(d);
    const hand = arena.u32(1).fill(0);
    const taken = arena.u32(room);
    for (let i = 0; i < n; i += 1) {
      open.ids[i] = i;
      open.core[i] = growth.coreSquared?.[i] ?? 0;
      for (let j = 0; j < d; j += 1) blocks[(i >> 2) * 4 * d + (i & 3) + j * 4] = data[i * d + j] as number;
    }
    const tree = { order: new Uint32Array(n), need: new Float64Array(n), through: new Int32Array(n) };
    const views = [open.need, open.through, open.core, open.taken, open.ids, hand].map((view) => view.byteOffset);
    const outs = [radius, scratch].map((view) => view.byteOffset);
    for (let done = 0; done < n;) {
      await breathe(control);
      const left = n - done;
      const steps = Math.min(Math.ceil(left / 4), Math.max(1, Math.floor(WORK_A_BREATH / (left * d))));
      const shape = [blocks.byteOffset, Math.ceil(open.count / 4), d];
      const mutual = growth.by === 'mutual' ? 1 : 0;
      job.run('growTree', { count: 1 }, [...shape, ...views, steps, taken.byteOffset, mutual, ...outs]);
      for (let s = 0; s < steps; s += 1, done += 1) {
        const at = taken[s] as number;
        const from = open.through[at] as number;
        tree.order[done] = open.ids[at] as number;
        tree.need[done] = Math.sqrt(open.need[at] as number);
        tree.through[done] = from === NOBODY ? -1 : from;
      }
      const next = open.ids[hand[0] as number] as number;
      if (done < n && (n - done) * 4 <= open.count * 3) {
        compact(open, d);
        hand[0] = open.ids.subarray(0, open.count).indexOf(next);
      }
      control.onProgress?.({ phase: 'growing the spanning tree', done, total: n });
    }
    return tree;
  } finally {
    job.release();
  }
}
