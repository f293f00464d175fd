import type { Random } from '@kohort/kernel-clock-random';
import { breathe, countDistinctRows, takeRows, type FitControl, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex, clusterJaccards } from '@kohort/ml-metrics';
import type { Clusterer } from './clusterer';

/** How well a clustering is found again in resampled data. */
export interface Stability {
  /** Mean adjusted Rand index with the clusterings of the resamples: 1 means the same groups every time. */
  readonly agreement: number;
  /** For each cluster the mean of its best Jaccard similarity over the resamples, 0–1. */
  readonly clusters: readonly number[];
  /** The least of them: how well the weakest cluster is found again. */
  readonly weakestJaccard: number;
  /** Resamples that were clustered; fewer than asked for where too few different rows were drawn. */
  readonly resamples: number;
}

/** What is to be found again. */
export interface StabilityInput {
  /** n labels 0..k-1; negative is noise. */
  readonly labels: ArrayLike<number>;
  readonly k: number;
  readonly resamples: number;
  readonly cluster: Clusterer;
}

function resample(rows: number, random: Random): Uint32Array {
  return Uint32Array.from({ length: rows }, () => random.int(rows));
}

/**
 * Clusters bootstrap resamples of the rows by the same method, places all rows in what came of each, and compares with
 * the labels given.
 *
 * Shape   matrix: n×d
 * Ties    0 for everything when no resample had enough different rows
 * Cost    resamples × (one clustering of n rows + one assignment)
 * Throws  ML_CANCELLED, METRICS_LABELS_DIFFER, what the method throws
 * Source  Hennig 2007, Cluster-wise assessment of cluster stability
 */
export async function measureStability(
  matrix: Matrix,
  { labels, k, resamples, cluster }: StabilityInput,
  control: FitControl,
): Promise<Stability> {
  const { onProgress, ...inner } = control;
  const jaccards = new Float64Array(k);
  let agreement = 0;
  let counted = 0;
  for (let at = 0; at < resamples; at += 1) {
    await breathe(control);
    const random = control.random.split(at);
    const drawn = takeRows(matrix, resample(matrix.rows, random));
    // Few rows drawn with replacement may hold fewer different rows than k: such a draw says nothing.
    if (countDistinctRows(drawn, k) < k) continue;
    const { assign } = await cluster(drawn, { ...inner, random });
    const other = await assign(matrix, inner);
    agreement += adjustedRandIndex(labels, other);
    clusterJaccards(labels, other, k).forEach((value, c) => {
      jaccards[c] = (jaccards[c] as number) + value;
    });
    counted += 1;
    onProgress?.({ phase: 'measuring stability', done: at + 1, total: resamples });
  }
  const clusters = Array.from(jaccards, (sum) => (counted > 0 ? sum / counted : 0));
  return {
    agreement: counted > 0 ? agreement / counted : 0,
    clusters,
    weakestJaccard: k > 0 ? Math.min(...clusters) : 0,
    resamples: counted,
  };
}
