import { indexNeighbours, nearestNeighbours, type ComputeControl, type Matrix } from '@kohort/ml-core';

/** The k nearest other rows of every row. */
export interface NeighbourLists {
  readonly k: number;
  /** n × k rows, nearest first. */
  readonly rows: Uint32Array;
  /** n × k Euclidean distances. */
  readonly distances: Float64Array;
}

/**
 * The k nearest other rows of every row; a row is never its own neighbour, its duplicates are.
 *
 * Shape   matrix: n×d, k below n; returns n × k
 * Units   distances in units of the matrix
 * Ties    the lower row comes first
 * Cost    that of nearestNeighbours with k + 1
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function neighbourLists(matrix: Matrix, k: number, control: ComputeControl): Promise<NeighbourLists> {
  const wide = k + 1;
  const found = await nearestNeighbours(indexNeighbours(matrix), { queries: matrix, k: wide }, control);
  const rows = new Uint32Array(matrix.rows * k);
  const distances = new Float64Array(matrix.rows * k);
  for (let i = 0; i < matrix.rows; i += 1) {
    // Among more than k duplicates a row may be missing from its own list: then the last one goes.
    let to = i * k;
    for (let c = 0; c < wide && to < (i + 1) * k; c += 1) {
      const row = found.rows[i * wide + c] as number;
      if (row === i) continue;
      rows[to] = row;
      distances[to] = found.distances[i * wide + c] as number;
      to += 1;
    }
  }
  return { k, rows, distances };
}
