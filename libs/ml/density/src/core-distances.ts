import {
  labelSizes,
  mlErrors,
  nearestNeighbours,
  type ComputeControl,
  type Matrix,
  type NeighbourIndex,
} from '@kohort/ml-core';

/** The label of a row that belongs to no cluster. */
export const NOISE = -1;

/**
 * The distance within which each row has `minPoints` rows, itself included.
 *
 * Shape   points: the n rows of the index; returns n values, and their squares as measured
 * Throws  ML_TOO_FEW_ROWS when n is below minPoints; ML_CANCELLED, ML_TOO_LARGE
 */
export async function coreDistances(
  { points, index, minPoints }: { points: Matrix; index: NeighbourIndex; minPoints: number },
  { estimator, control }: { estimator: string; control: ComputeControl },
): Promise<{ core: Float64Array; coreSquared: Float64Array }> {
  if (points.rows < minPoints) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: minPoints, rows: points.rows });
  const { distances, squared } = await nearestNeighbours(index, { queries: points, k: minPoints }, control);
  const last = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: points.rows }, (_, i) => values[(i + 1) * minPoints - 1] as number);
  return { core: last(distances), coreSquared: last(squared) };
}

/** Rows of each label 0..k-1, and of noise. */
export function countLabels(labels: Int32Array, k: number): { sizes: number[]; noise: number } {
  return { sizes: labelSizes(labels, k), noise: labels.filter((label) => label === NOISE).length };
}

/** A copy of a matrix, so that a fitted value does not change with its input. */
export const copyOf = ({ data, rows, cols }: Matrix): Matrix => ({ data: Float32Array.from(data), rows, cols });
