import type { FitControl } from '@kohort/ml-core';
import { leadingEigen } from '../eigen/lanczos';
import { connectedParts, type WeightedGraph } from './neighbour-graph';

/** Coordinates of the nodes in which well joined ones lie together. */
export interface SpectralEmbedding {
  /** n × width, row-major. */
  readonly coordinates: Float64Array;
  readonly width: number;
  /** Of each coordinate: the eigenvalue of the normalised adjacency, 1 for a connected part. */
  readonly eigenvalues: Float64Array;
  /** Connected parts of the graph. */
  readonly parts: number;
}

/** More connected parts than this many times the clusters: only the largest get a coordinate. */
const PARTS_A_CLUSTER = 4;

function degreesOf({ n, starts, weights }: WeightedGraph): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) sum += weights[at] as number;
    return sum > 0 ? sum : 1;
  });
}

/** The eigenvector of 1 of each connected part: the roots of the degrees within it. Largest parts first. */
function partVectors(graph: WeightedGraph, roots: Float64Array, most: number) {
  const { count, of } = connectedParts(graph);
  const sizes = new Float64Array(count);
  for (const part of of) sizes[part] = (sizes[part] as number) + 1;
  const chosen = [...sizes.keys()].sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b).slice(0, most);
  const vectors = chosen.map((part) => {
    const vector = roots.map((root, i) => (of[i] === part ? root : 0));
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return vector.map((value) => value / length);
  });
  return { count, vectors };
}

/** Where the edges to later nodes begin in each node's own, which rise. */
function laterEdges({ n, starts, others }: WeightedGraph): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => {
    let at = starts[i] as number;
    while (at < (starts[i + 1] as number) && (others[at] as number) < i) at += 1;
    return at;
  });
}

/**
 * The leading eigenvectors of the symmetrically normalised adjacency, each entry over the root of its node's degree: those of
 * the random walk on the graph. Connected parts are known without computing; the rest is found by Lanczos' method.
 *
 * Shape   answers n × k coordinates; more when the graph has more parts than k
 * Cost    O(edges · steps + n · steps²)
 * Throws  LATENT_NOT_CONVERGED, ML_CANCELLED
 * Source  Shi & Malik 2000; Ng, Jordan & Weiss 2002
 */
export async function spectralEmbedding(
  graph: WeightedGraph,
  k: number,
  control: FitControl,
): Promise<SpectralEmbedding> {
  const { n, starts, others, weights } = graph;
  const roots = degreesOf(graph).map(Math.sqrt);
  const { count, vectors: known } = partVectors(graph, roots, PARTS_A_CLUSTER * k);
  const scaled = new Float64Array(n);
  const later = laterEdges(graph);
  const apply = (from: Float64Array, to: Float64Array): void => {
    for (let i = 0; i < n; i += 1) scaled[i] = (from[i] as number) / (roots[i] as number);
    to.fill(0);
    // Each edge is read once and serves both its nodes: dense graphs are as slow as memory is.
    for (let i = 0; i < n; i += 1) {
      const own = scaled[i] as number;
      let sum = to[i] as number;
      const begin = later[i] as number;
      const end = starts[i + 1] as number;
      const first = others[begin] as number;
      if (end > begin && (others[end - 1] as number) - first === end - 1 - begin) {
        // Joined to all rows of a run, as in a graph of radial weights: no look at who comes next.
        for (let at = begin, other = first; at < end; at += 1, other += 1) {
          const weight = weights[at] as number;
          sum += weight * (scaled[other] as number);
          to[other] = (to[other] as number) + weight * own;
        }
      } else {
        for (let at = begin; at < end; at += 1) {
          const weight = weights[at] as number;
          const other = others[at] as number;
          sum += weight * (scaled[other] as number);
          to[other] = (to[other] as number) + weight * own;
        }
      }
      // Lifted by one, the operator has no negative eigenvalue to compete with.
      to[i] = sum / (roots[i] as number) + (from[i] as number);
    }
  };
  const wanted = Math.min(k, n) - known.length;
  const random = control.random.split('eigenvectors');
  const rest =
    wanted > 0
      ? await leadingEigen({ n, apply }, { count: wanted, tolerance: 1e-7, known }, { random, control })
      : { values: new Float64Array(0), vectors: [] };
  const vectors = [...known, ...rest.vectors];
  const eigenvalues = Float64Array.from([...known.map(() => 1), ...rest.values.map((value) => value - 1)]);
  const width = vectors.length;
  const coordinates = new Float64Array(n * width);
  vectors.forEach((vector, c) => {
    for (let i = 0; i < n; i += 1) coordinates[i * width + c] = (vector[i] as number) / (roots[i] as number);
  });
  return { coordinates, width, eigenvalues, parts: count };
}
