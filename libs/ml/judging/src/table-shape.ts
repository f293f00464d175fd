import { EigenvalueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';
import type { Random } from '@kohort/kernel-clock-random';
import { columnMeans, type Matrix } from '@kohort/ml-core';

/** The rows' principal axes: what is left of a table when its clusters are forgotten. */
export interface TableShape {
  readonly means: Float64Array;
  /** Columns are axes. */
  readonly axes: DenseMatrix;
  readonly spreads: readonly number[];
  /** Least and greatest coordinate on each axis. */
  readonly ranges: readonly (readonly [number, number])[];
}

/**
 * Measures a table's shape.
 *
 * Shape   matrix: n×d
 * Cost    O(n·d²) and one eigendecomposition d×d
 */
export function tableShape(matrix: Matrix): TableShape {
  const { data, rows: n, cols: d } = matrix;
  const means = columnMeans(matrix);
  const covariance = DenseMatrix.zeros(d, d);
  const at = (i: number, j: number): number => (data[i * d + j] as number) - (means[j] as number);
  for (let i = 0; i < n; i += 1) {
    for (let a = 0; a < d; a += 1) {
      for (let b = a; b < d; b += 1) covariance.set(a, b, covariance.get(a, b) + (at(i, a) * at(i, b)) / n);
    }
  }
  for (let a = 0; a < d; a += 1) for (let b = 0; b < a; b += 1) covariance.set(a, b, covariance.get(b, a));
  const decomposition = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const axes = decomposition.eigenvectorMatrix;
  const ranges = Array.from({ length: d }, (_, axis): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < n; i += 1) {
      let coordinate = 0;
      for (let j = 0; j < d; j += 1) coordinate += at(i, j) * axes.get(j, axis);
      low = Math.min(low, coordinate);
      high = Math.max(high, coordinate);
    }
    return [low, high];
  });
  return { means, axes, spreads: decomposition.realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))), ranges };
}

function draw(shape: TableShape, rows: number, coordinate: (axis: number) => number): Matrix {
  const d = shape.means.length;
  const data = new Float32Array(rows * d);
  for (let i = 0; i < rows; i += 1) {
    const coordinates = Array.from({ length: d }, (_, axis) => coordinate(axis));
    for (let j = 0; j < d; j += 1) {
      let value = shape.means[j] as number;
      for (let axis = 0; axis < d; axis += 1) value += (coordinates[axis] as number) * shape.axes.get(j, axis);
      data[i * d + j] = value;
    }
  }
  return { data, rows, cols: d };
}

/** Rows spread evenly over the box of the principal axes: a table of the same shape without clusters. */
export function uniformTable(shape: TableShape, rows: number, random: Random): Matrix {
  return draw(shape, rows, (axis) => {
    const [low, high] = shape.ranges[axis] ?? [0, 0];
    return low + (high - low) * random.next();
  });
}

/** Rows of one normal cloud with the same covariance: a table of the same shape without clusters. */
export function normalTable(shape: TableShape, rows: number, random: Random): Matrix {
  return draw(shape, rows, (axis) => (shape.spreads[axis] ?? 0) * random.normal());
}
