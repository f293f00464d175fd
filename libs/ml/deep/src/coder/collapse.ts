import { columnMeans, columnVariances, countDistinctRows, type Matrix } from '@kohort/ml-core';
import { deepErrors } from '../deep-errors';

/** Variance of a code's value, where rows have 1, below which it tells nothing of them. */
const LEAST_VARIANCE = 1e-6;

/**
 * Refuses codes that are all alike, or not as many different ones as clusters are asked for.
 *
 * Throws  DEEP_COLLAPSED
 */
export function checkCodes(estimator: string, codes: Matrix, k: number): void {
  const variances = columnVariances(codes, columnMeans(codes));
  if (k > 1 && !variances.some((variance) => variance > LEAST_VARIANCE)) {
    throw deepErrors.DEEP_COLLAPSED({ estimator, problem: 'all rows have the same code' });
  }
  const distinct = countDistinctRows(codes, k);
  if (distinct >= k) return;
  throw deepErrors.DEEP_COLLAPSED({ estimator, problem: `${distinct} codes differ, ${k} clusters were asked for` });
}

/**
 * Refuses a clustering that ended in one cluster.
 *
 * Shape   sizes: rows of each cluster
 * Throws  DEEP_COLLAPSED
 */
export function checkClusters(estimator: string, sizes: readonly number[]): void {
  if (sizes.length < 2 || sizes.filter((size) => size > 0).length > 1) return;
  throw deepErrors.DEEP_COLLAPSED({ estimator, problem: 'all rows are in one cluster' });
}
