import type { NeighbourLists } from '../neighbour-lists';

/** Symmetric joint probabilities of neighbours, row by row (CSR); they sum to 1. */
export interface Affinities {
  /** n + 1 places in `columns`. */
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

const SEARCH_STEPS = 100;
const ENTROPY_TOLERANCE = 1e-5;

/** Conditional probabilities of one row's neighbours, of the precision whose entropy is that of the perplexity. */
function searchPrecision(squared: Float64Array, wantedEntropy: number, out: Float64Array): void {
  const nearest = squared[0] as number;
  let beta = 1;
  let low = -Infinity;
  let high = Infinity;
  for (let step = 0; step < SEARCH_STEPS; step += 1) {
    let sum = 0;
    let spread = 0;
    for (let c = 0; c < squared.length; c += 1) {
      const gap = (squared[c] as number) - nearest;
      const weight = Math.exp(-gap * beta);
      out[c] = weight;
      sum += weight;
      spread += gap * weight;
    }
    for (let c = 0; c < squared.length; c += 1) out[c] = (out[c] as number) / sum;
    const excess = Math.log(sum) + (beta * spread) / sum - wantedEntropy;
    if (Math.abs(excess) <= ENTROPY_TOLERANCE) return;
    if (excess > 0) {
      low = beta;
      beta = high === Infinity ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = low === -Infinity ? beta / 2 : (beta + low) / 2;
    }
    // All neighbours equally far: no precision changes anything.
    if (!Number.isFinite(beta) || beta === 0) return;
  }
}

function conditional({ rows, distances, k }: NeighbourLists, n: number, perplexity: number): Float64Array {
  const values = new Float64Array(rows.length);
  const squared = new Float64Array(k);
  const entropy = Math.log(perplexity);
  for (let i = 0; i < n; i += 1) {
    for (let c = 0; c < k; c += 1) squared[c] = (distances[i * k + c] as number) ** 2;
    searchPrecision(squared, entropy, values.subarray(i * k, (i + 1) * k));
  }
  return values;
}

/** Edges by the row they lead to. */
function turned({ rows, k }: NeighbourLists, n: number): { starts: Uint32Array; edges: Uint32Array } {
  const starts = new Uint32Array(n + 1);
  for (const row of rows) starts[row + 1] = (starts[row + 1] as number) + 1;
  for (let i = 0; i < n; i += 1) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice(0, n);
  const edges = new Uint32Array(n * k);
  for (let edge = 0; edge < edges.length; edge += 1) {
    const row = rows[edge] as number;
    edges[next[row] as number] = edge;
    next[row] = (next[row] as number) + 1;
  }
  return { starts, edges };
}

/**
 * What t-SNE wants the picture to show: probabilities that rows are neighbours, Gaussian around each row with as wide a
 * kernel as makes the perplexity.
 *
 * Shape   lists: n × k, k about 3 · perplexity; returns at most 2·n·k values
 * Units   shares of one; all values sum to 1
 * Cost    O(n · k) times up to 100 steps of search
 * Source  van der Maaten & Hinton 2008
 */
export function tsneAffinities(lists: NeighbourLists, perplexity: number): Affinities {
  const { rows, k } = lists;
  const n = rows.length / k;
  const given = conditional(lists, n, perplexity);
  const back = turned(lists, n);
  const starts = new Uint32Array(n + 1);
  const columns = new Uint32Array(2 * n * k);
  const values = new Float64Array(2 * n * k);
  const placeOf = new Int32Array(n).fill(-1);
  let to = 0;
  for (let i = 0; i < n; i += 1) {
    const first = to;
    for (let edge = i * k; edge < (i + 1) * k; edge += 1, to += 1) {
      columns[to] = rows[edge] as number;
      values[to] = (given[edge] as number) / (2 * n);
      placeOf[rows[edge] as number] = to;
    }
    for (let at = back.starts[i] as number; at < (back.starts[i + 1] as number); at += 1) {
      const edge = back.edges[at] as number;
      const row = Math.floor(edge / k);
      const share = (given[edge] as number) / (2 * n);
      const known = placeOf[row] as number;
      if (known >= first) values[known] = (values[known] as number) + share;
      else {
        columns[to] = row;
        values[to] = share;
        to += 1;
      }
    }
    starts[i + 1] = to;
  }
  return { starts, columns: columns.slice(0, to), values: values.slice(0, to) };
}
