import { clusteringErrors } from './clustering-errors';

/**
 * Bayesian information criterion of a k-means clustering, taken as k round normal clouds of one common variance with
 * hard assignment. Lower is better; figures of one table compare over k.
 *
 * Shape   sizes: rows of each of the k clusters; cols: d; inertia: sum of squared distances to the own mean
 * Units   twice nats
 * Ties    -Infinity for inertia 0
 * Cost    O(k)
 * Throws  METRICS_CLUSTER_COUNT for k = n or more
 * Source  Pelleg & Moore 2000, X-means, with the sign of Schwarz 1978; held to numpy by reference/clustering.golden.json
 */
export function kmeansBic({
  sizes,
  cols: d,
  inertia,
}: {
  readonly sizes: readonly number[];
  readonly cols: number;
  readonly inertia: number;
}): number {
  const k = sizes.length;
  const n = sizes.reduce((sum, size) => sum + size, 0);
  if (k >= n) throw clusteringErrors.METRICS_CLUSTER_COUNT({ clusters: k, rows: n, most: n - 1 });
  const variance = inertia / (d * (n - k));
  const shares = sizes.reduce((sum, size) => (size > 0 ? sum + size * Math.log(size / n) : sum), 0);
  const logLikelihood = shares - (n * d * Math.log(2 * Math.PI * variance)) / 2 - (d * (n - k)) / 2;
  return k * (d + 1) * Math.log(n) - 2 * logLikelihood;
}
