import { quantile, sortedPresent } from '@kohort/ml-preprocessing';
import type { Placement } from './placement';

/** From this outlier score on a row belongs to the outlier group. */
export const OUTLIER_FROM = 0.5;

/** Members of families without a measure of remoteness: less sure, but no outliers. */
const UNSURE_MOST = 0.49;
/** Rounding below which two measures are the same. */
const SAME = 1e-6;

/** Tukey's fence of one cluster: where rows begin to be outliers, and how fast they become so. */
export interface OutlierFence {
  readonly at: number;
  /** Interquartile range of the training rows' remoteness. */
  readonly width: number;
}

/** Learns each cluster's fence from its training rows; null when the family tells outliers otherwise. */
export function fitOutlierFences({ labels, remoteness }: Placement, clusters: number): OutlierFence[] | null {
  if (!remoteness) return null;
  const byCluster: number[][] = Array.from({ length: clusters }, () => []);
  labels.forEach((label, i) => byCluster[label]?.push(remoteness[i] as number));
  return byCluster.map((values) => {
    const sorted = sortedPresent(Float64Array.from(values));
    if (sorted.length === 0) return { at: 0, width: 0 };
    const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    return { at: high + 1.5 * (high - low), width: high - low };
  });
}

/**
 * How much of an outlier each row is, 0..1, from OUTLIER_FROM on one: rows in no cluster, and rows beyond their cluster's
 * fence (upper quartile + 1.5 interquartile ranges); on the fence it is 0.5, an interquartile range further 0.73.
 *
 * Source  Tukey 1977 for the fence
 */
export function outlierScores(placed: Placement, fences: readonly OutlierFence[] | null): Float64Array {
  if (placed.outlierScore) return placed.outlierScore;
  return Float64Array.from(placed.labels, (label, i) => {
    if (label < 0) return 1;
    const fence = fences?.[label];
    const remoteness = placed.remoteness?.[i];
    if (!fence || remoteness === undefined) return UNSURE_MOST * (1 - (placed.confidence[i] as number));
    if (!(fence.width > 0)) return remoteness > fence.at + SAME * Math.abs(fence.at) ? 1 : 0;
    return 1 / (1 + Math.exp((fence.at - remoteness) / fence.width));
  });
}
