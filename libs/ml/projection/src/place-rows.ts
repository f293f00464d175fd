import { indexNeighbours, nearestNeighbours, takeRows, type ComputeControl, type Matrix } from '@kohort/ml-core';

const NEIGHBOURS = 3;

/**
 * Places every row in a picture of some of them: where its three nearest of those stand, weighted by nearness; a row that
 * is one of them, or equals one, stands exactly there.
 *
 * Shape   matrix: n×d; fitted: m rows of it; points: m × 2; returns n × 2
 * Units   weights are 1 / distance in units of the matrix
 * Ties    the earlier of equally near ones
 * Cost    one query of neighbours a row
 * Throws  ML_CANCELLED, ML_TOO_LARGE
 */
export async function placeRows(
  matrix: Matrix,
  picture: { readonly fitted: Uint32Array; readonly points: Matrix },
  control: ComputeControl,
): Promise<Matrix> {
  const { fitted, points } = picture;
  const k = Math.min(NEIGHBOURS, fitted.length);
  const near = await nearestNeighbours(indexNeighbours(takeRows(matrix, fitted)), { queries: matrix, k }, control);
  const data = new Float32Array(2 * matrix.rows);
  for (let i = 0; i < matrix.rows; i += 1) {
    const nearest = near.distances[i * k] as number;
    let [x, y, total] = [0, 0, 0];
    for (let c = i * k; c < (i + 1) * k; c += 1) {
      // On the spot of one of them the others do not count.
      const weight = nearest === 0 ? Number(c === i * k) : nearest / (near.distances[c] as number);
      const row = near.rows[c] as number;
      x += weight * (points.data[2 * row] as number);
      y += weight * (points.data[2 * row + 1] as number);
      total += weight;
    }
    data[2 * i] = x / total;
    data[2 * i + 1] = y / total;
  }
  // Among duplicates the nearest may be another row than the fitted one itself.
  fitted.forEach((row, at) => {
    data[2 * row] = points.data[2 * at] as number;
    data[2 * row + 1] = points.data[2 * at + 1] as number;
  });
  return { data, rows: matrix.rows, cols: 2 };
}
