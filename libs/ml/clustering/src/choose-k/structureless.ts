import { EigenvalueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';
import type { Random } from '@kohort/kernel-clock-random';
import { columnMeans, type FitControl, type Matrix } from '@kohort/ml-core';
import { silhouette } from '@kohort/ml-metrics';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';

/** The rows' principal axes: what is left of a table when its clusters are forgotten. */
interface Shape {
  readonly means: Float64Array;
  /** Columns are axes. */
  readonly axes: DenseMatrix;
  readonly spreads: readonly number[];
  /** Least and greatest coordinate on each axis. */
  readonly ranges: readonly (readonly [number, number])[];
}

function shapeOf(matrix: Matrix): Shape {
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

function draw(shape: Shape, rows: number, coordinate: (axis: number) => number): Matrix {
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

/** One uniform box and one normal cloud of the table's own shape: neither has clusters. */
function structurelessTables(shape: Shape, rows: number, random: Random): Matrix[] {
  const box = draw(shape, rows, (axis) => {
    const [low, high] = shape.ranges[axis] ?? [0, 0];
    return low + (high - low) * random.next();
  });
  return [box, draw(shape, rows, (axis) => (shape.spreads[axis] ?? 0) * random.normal())];
}

const DRAWS = 4;
const MOST_ROWS = 1500;

/**
 * The silhouette that k-means reaches on tables of the same size and shape without any clusters: uniform in the box of
 * the principal axes, and normal with the same covariance. The larger of the two means, and its scatter.
 *
 * Shape   matrix: n×d
 * Cost    8 k-means fits and silhouettes of up to 1,500 rows, one eigendecomposition d×d
 * Throws  ML_CANCELLED
 * Source  after Tibshirani, Walther & Hastie 2001 (reference distribution b of the gap statistic)
 */
export async function structurelessSilhouette(
  matrix: Matrix,
  k: number,
  control: FitControl,
): Promise<{ mean: number; deviation: number }> {
  const shape = shapeOf(matrix);
  const rows = Math.min(matrix.rows, MOST_ROWS);
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: 5 } as const };
  const inner = { ...control, onProgress: undefined };
  const kinds: number[][] = [[], []];
  for (let at = 0; at < DRAWS; at += 1) {
    const random = control.random.split(at);
    for (const [kind, table] of structurelessTables(shape, rows, random).entries()) {
      const fitted = await kmeans.fit(table, params, { ...inner, random });
      kinds[kind]?.push((await silhouette(table, fitted.labels, inner)).value);
    }
  }
  const summaries = kinds.map((values) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)) };
  });
  return summaries.reduce((a, b) => (b.mean > a.mean ? b : a));
}
