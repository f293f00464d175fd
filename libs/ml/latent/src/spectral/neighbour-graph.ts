import { breathe, indexNeighbours, nearestNeighbours, type ComputeControl, type Matrix } from '@kohort/ml-core';

/** A weighted graph without loops, row by row. */
export interface WeightedGraph {
  readonly n: number;
  /** n + 1 places in `others` and `weights`. */
  readonly starts: Uint32Array;
  readonly others: Uint32Array;
  readonly weights: Float64Array;
}

/** Squared Euclidean distance of row i of one matrix to row j of another of the same width. */
export function squaredDistance(a: Matrix, i: number, b: Matrix, j: number): number {
  const d = a.cols;
  let squared = 0;
  for (let v = 0; v < d; v += 1) squared += ((a.data[i * d + v] as number) - (b.data[j * d + v] as number)) ** 2;
  return squared;
}

/**
 * The rows of `base` nearest to each row of `matrix`, nearest first; one that is a row of `base` itself is its own.
 *
 * Shape   answers rows × count; count at most the rows of `base`
 * Ties    the lower row comes first
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function nearestRows(
  { matrix, base, count }: { matrix: Matrix; base: Matrix; count: number },
  control: ComputeControl,
): Promise<Uint32Array> {
  if (matrix.rows === 0) return new Uint32Array(0);
  return (await nearestNeighbours(indexNeighbours(base), { queries: matrix, k: count }, control)).rows;
}

/** Rows between two looks at the caller's signal. */
const ROWS_A_BREATH = 250;

/**
 * Every row joined to its nearest others: weight 1 where both name each other, ½ where one does.
 *
 * Shape   neighbours: others a row names, itself not counted
 * Cost    O(n · neighbours · rows near), at worst O(n²·d)
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function neighbourGraph(
  matrix: Matrix,
  neighbours: number,
  control: ComputeControl,
): Promise<WeightedGraph> {
  const n = matrix.rows;
  const joined = Array.from({ length: n }, () => new Map<number, number>());
  const add = (i: number, j: number): void => {
    joined[i]?.set(j, (joined[i]?.get(j) ?? 0) + 0.5);
  };
  const count = Math.min(neighbours + 1, n);
  const nearest = await nearestRows({ matrix, base: matrix, count }, control);
  for (let i = 0; i < n; i += 1) {
    const list = nearest.subarray(i * count, (i + 1) * count);
    // Among many alike rows it may not name itself: then the last one is left out.
    const own = list.indexOf(i);
    list.forEach((j, at) => {
      if (at === (own < 0 ? count - 1 : own)) return;
      add(i, j);
      add(j, i);
    });
  }
  return graphOf(joined);
}

function graphOf(joined: readonly ReadonlyMap<number, number>[]): WeightedGraph {
  const starts = new Uint32Array(joined.length + 1);
  joined.forEach((row, i) => (starts[i + 1] = (starts[i] as number) + row.size));
  const others = new Uint32Array(starts[joined.length] as number);
  const weights = new Float64Array(others.length);
  joined.forEach((row, i) => {
    [...row]
      .sort(([a], [b]) => a - b)
      .forEach(([other, weight], at) => {
        others[(starts[i] as number) + at] = other;
        weights[(starts[i] as number) + at] = weight;
      });
  });
  return { n: joined.length, starts, others, weights };
}

/** Weights that count as none: e^−γd² below 1e-15. */
const LEAST_LOGARITHM = Math.log(1e-15);

/**
 * Every row joined to all others by e^(−γ · squared distance).
 *
 * Cost    O(n²·d) time; 12 bytes a pair that weighs at least 1e-15
 * Throws  ML_CANCELLED
 */
export async function radialGraph(matrix: Matrix, gamma: number, control: ComputeControl): Promise<WeightedGraph> {
  const n = matrix.rows;
  const later: { others: Uint32Array; weights: Float64Array }[] = [];
  const row = { others: new Uint32Array(n), weights: new Float64Array(n) };
  const starts = new Uint32Array(n + 1);
  const count = (node: number, more: number): void => {
    starts[node + 1] = (starts[node + 1] as number) + more;
  };
  for (let i = 0; i < n; i += 1) {
    let kept = 0;
    for (let j = i + 1; j < n; j += 1) {
      const logarithm = -gamma * squaredDistance(matrix, i, matrix, j);
      if (logarithm < LEAST_LOGARITHM) continue;
      row.others[kept] = j;
      row.weights[kept] = Math.exp(logarithm);
      count(j, 1);
      kept += 1;
    }
    count(i, kept);
    later.push({ others: row.others.slice(0, kept), weights: row.weights.slice(0, kept) });
    if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe(control);
  }
  for (let i = 0; i < n; i += 1) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  return { n, starts, ...bothWays(later, starts) };
}

/** Edges to later nodes as edges of both their nodes, each node's in rising order. */
function bothWays(later: readonly { others: Uint32Array; weights: Float64Array }[], starts: Uint32Array) {
  const total = starts[later.length] as number;
  const all = { others: new Uint32Array(total), weights: new Float64Array(total) };
  const next = Uint32Array.from(starts);
  later.forEach(({ others, weights }, i) => {
    // Edges to earlier nodes are there already: those nodes came first.
    const own = next[i] as number;
    all.others.set(others, own);
    all.weights.set(weights, own);
    for (let at = 0; at < others.length; at += 1) {
      const other = others[at] as number;
      const to = next[other] as number;
      all.others[to] = i;
      all.weights[to] = weights[at] as number;
      next[other] = to + 1;
    }
  });
  return all;
}

/** The connected part of each node, numbered by their first nodes. */
export function connectedParts({ n, starts, others }: WeightedGraph): { count: number; of: Int32Array } {
  const of = new Int32Array(n).fill(-1);
  let count = 0;
  for (let first = 0; first < n; first += 1) {
    if (of[first] !== -1) continue;
    const open = [first];
    of[first] = count;
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (let at = starts[node] as number; at < (starts[node + 1] as number); at += 1) {
        const other = others[at] as number;
        if (of[other] !== -1) continue;
        of[other] = count;
        open.push(other);
      }
    }
    count += 1;
  }
  return { count, of };
}
