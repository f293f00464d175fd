import { columnVariances, type FitControl, type Matrix } from '@kohort/ml-core';
import { leadingEigen } from '../eigen/lanczos';
import { unitPlace, type SomGrid } from './som.grid';

/** The product of the rows' covariance with a direction, without forming the covariance. */
function covarianceOperator({ data, rows, cols: d }: Matrix, origin: Float64Array) {
  return {
    n: d,
    apply(from: Float64Array, to: Float64Array): void {
      to.fill(0);
      for (let i = 0; i < rows; i += 1) {
        let along = 0;
        for (let j = 0; j < d; j += 1)
          along += ((data[i * d + j] as number) - (origin[j] as number)) * (from[j] as number);
        for (let j = 0; j < d; j += 1)
          to[j] = (to[j] as number) + (along * ((data[i * d + j] as number) - (origin[j] as number))) / rows;
      }
    },
  };
}

/** Most rows the plane is laid through; a sample of every so many rows beyond. */
const PLANE_ROWS = 20_000;

function thinned(matrix: Matrix): Matrix {
  const step = Math.ceil(matrix.rows / PLANE_ROWS);
  if (step <= 1) return matrix;
  const rows = Math.floor(matrix.rows / step);
  const data = Float32Array.from(
    { length: rows * matrix.cols },
    (_, at) => matrix.data[Math.floor(at / matrix.cols) * step * matrix.cols + (at % matrix.cols)] as number,
  );
  return { data, rows, cols: matrix.cols };
}

/**
 * Prototypes on the plane along which the rows spread most: the longer side of the map along the longer axis.
 *
 * Shape   answers units × d, relative to the origin (the rows' means)
 */
export async function planePrototypes(
  matrix: Matrix,
  { grid, origin }: { grid: SomGrid; origin: Float64Array },
  control: FitControl,
): Promise<Float64Array> {
  const d = matrix.cols;
  const units = grid.width * grid.height;
  const prototypes = new Float64Array(units * d);
  if (columnVariances(matrix, origin).every((variance) => variance === 0)) return prototypes;
  const operator = covarianceOperator(thinned(matrix), origin);
  const wish = { count: Math.min(2, d), tolerance: 1e-6 };
  const { values, vectors } = await leadingEigen(operator, wish, { random: control.random.split('plane'), control });
  const places = Array.from({ length: units }, (_, unit) => unitPlace(grid, unit));
  const spans = [0, 1].map((axis) => Math.max(...places.map((place) => place[axis] as number)));
  const order = (spans[0] as number) >= (spans[1] as number) ? [0, 1] : [1, 0];
  places.forEach((place, unit) => {
    order.forEach((axis, k) => {
      const vector = vectors[k];
      const span = spans[axis] as number;
      if (!vector || span === 0) return;
      // Two standard deviations to either side.
      const along = ((place[axis] as number) / span - 0.5) * 4 * Math.sqrt(Math.max(0, values[k] as number));
      for (let j = 0; j < d; j += 1) {
        prototypes[unit * d + j] = (prototypes[unit * d + j] as number) + along * (vector[j] as number);
      }
    });
  });
  return prototypes;
}
