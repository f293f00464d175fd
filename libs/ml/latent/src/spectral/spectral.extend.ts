import { breathe, nearestNeighbours, rememberedIndex, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { squaredDistance } from './neighbour-graph';
import type { SpectralState } from './spectral.state';

/** Weights below e to this beside that of the nearest row add nothing that a double could hold. */
const LEAST_LOGARITHM = -60;

/** What places rows that did not carry the graph. */
export type Extension = Pick<
  SpectralState,
  'cols' | 'affinity' | 'landmarks' | 'coordinates' | 'eigenvalues' | 'centroids' | 'k'
>;

/** Adds the coordinates of one carrying row, weighted. */
function add(to: Float64Array, { coordinates }: Extension, [row, weight]: readonly [number, number]): void {
  const width = to.length;
  for (let c = 0; c < width; c += 1) to[c] = (to[c] as number) + weight * (coordinates[row * width + c] as number);
}

/**
 * Coordinates of a row by the rows it is joined to: their weighted mean, each coordinate over its eigenvalue (Nyström's
 * extension of the random walk's eigenvectors).
 */
function place(model: Extension, base: Matrix, { matrix, i, near }: Placed): Float64Array {
  const { affinity, eigenvalues } = model;
  const out = new Float64Array(eigenvalues.length);
  let total = 0;
  if (affinity.method === 'neighbours') {
    total = near.length;
    for (const j of near) add(out, model, [j, 1]);
  } else {
    // Relative to the nearest row: one too far from all for any weight goes where that one lies.
    const squares = Float64Array.from({ length: base.rows }, (_, j) => squaredDistance(matrix, i, base, j));
    const least = squares.reduce((most, squared) => Math.min(most, squared), Infinity);
    for (let j = 0; j < base.rows; j += 1) {
      const fallen = affinity.gamma * (least - (squares[j] as number));
      if (fallen < LEAST_LOGARITHM) continue;
      const weight = Math.exp(fallen);
      total += weight;
      add(out, model, [j, weight]);
    }
  }
  return out.map((sum, c) => sum / total / Math.max(1e-6, eigenvalues[c] as number));
}

/** A row to place, and the carrying rows nearest to it. */
interface Placed {
  readonly matrix: Matrix;
  readonly i: number;
  readonly near: Uint32Array;
}

/** The nearest of k centroids; the lowest of equals. */
export function nearestCentroid(point: Float64Array, centroids: Float64Array): number {
  const width = point.length;
  let label = 0;
  let least = Infinity;
  for (let c = 0; c * width < centroids.length; c += 1) {
    let squared = 0;
    for (let v = 0; v < width; v += 1) squared += ((point[v] as number) - (centroids[c * width + v] as number)) ** 2;
    if (squared >= least) continue;
    least = squared;
    label = c;
  }
  return label;
}

const ROWS_A_BREATH = 500;

/**
 * The cluster of every row by the rows that carry the graph; a row's answer does not depend on the rows beside it.
 *
 * Cost    O(n · neighbours · rows near), radial weights O(n · m · cols)
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function extendedLabels(model: Extension, matrix: Matrix, control: ComputeControl): Promise<Uint16Array> {
  const base = { data: model.landmarks, rows: model.landmarks.length / model.cols, cols: model.cols };
  const { affinity } = model;
  const count = affinity.method === 'neighbours' ? Math.min(affinity.neighbours, base.rows) : 0;
  // The carrying rows never change: one new row must not wait for them to be sorted again.
  const near =
    count > 0 && matrix.rows > 0
      ? (await nearestNeighbours(rememberedIndex(base), { queries: matrix, k: count }, control)).rows
      : new Uint32Array(0);
  const labels = new Uint16Array(matrix.rows);
  for (let i = 0; i < matrix.rows; i += 1) {
    labels[i] = nearestCentroid(
      place(model, base, { matrix, i, near: near.subarray(i * count, (i + 1) * count) }),
      model.centroids,
    );
    if (i % ROWS_A_BREATH !== ROWS_A_BREATH - 1) continue;
    control.onProgress?.({ phase: 'placing rows', done: i + 1, total: matrix.rows });
    await breathe(control);
  }
  return labels;
}
