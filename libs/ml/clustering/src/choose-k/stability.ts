import type { Random } from '@kohort/kernel-clock-random';
import { takeRows, type FitControl, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';

/** How well a clustering is found again in resampled data. */
export interface Stability {
  /** Mean adjusted Rand index, 0..1 in practice. */
  readonly agreement: number;
  /** Least over clusters of the mean best Jaccard similarity. */
  readonly weakestJaccard: number;
}

const RESTARTS = 3;

/** For each cluster of `labels` its best Jaccard similarity with any cluster of `other`. */
function bestJaccards(labels: ArrayLike<number>, other: ArrayLike<number>, k: number): number[] {
  const both = new Float64Array(k * k);
  const mine = new Float64Array(k);
  const theirs = new Float64Array(k);
  for (let i = 0; i < labels.length; i += 1) {
    const a = labels[i] as number;
    const b = other[i] as number;
    both[a * k + b] = (both[a * k + b] as number) + 1;
    mine[a] = (mine[a] as number) + 1;
    theirs[b] = (theirs[b] as number) + 1;
  }
  return Array.from(mine, (size, a) => {
    let best = 0;
    for (let b = 0; b < k; b += 1) {
      const common = both[a * k + b] as number;
      best = Math.max(best, common / (size + (theirs[b] as number) - common || 1));
    }
    return size === 0 ? 1 : best;
  });
}

function resample(rows: number, random: Random): Uint32Array {
  return Uint32Array.from({ length: rows }, () => random.int(rows));
}

function distinctRows({ data, rows, cols }: Matrix, wanted: number): number {
  const seen = new Set<string>();
  for (let i = 0; i < rows && seen.size < wanted; i += 1) seen.add(data.subarray(i * cols, i * cols + cols).join());
  return seen.size;
}

/**
 * Clusters bootstrap resamples of the rows and compares, on all rows, with the labels given.
 *
 * Shape   matrix: n×d; labels: n in 0..k-1
 * Cost    resamples × (3 k-means fits of n rows + one prediction)
 * Throws  ML_CANCELLED
 * Source  Hennig 2007, Cluster-wise assessment of cluster stability
 */
export async function measureStability(
  matrix: Matrix,
  { labels, k, resamples }: { labels: ArrayLike<number>; k: number; resamples: number },
  control: FitControl,
): Promise<Stability> {
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: RESTARTS } as const };
  const inner = { ...control, onProgress: undefined };
  const jaccards = new Float64Array(k);
  let agreement = 0;
  let counted = 0;
  for (let at = 0; at < resamples; at += 1) {
    const random = control.random.split(at);
    const drawn = takeRows(matrix, resample(matrix.rows, random));
    // Few rows drawn with replacement may hold fewer different rows than k: such a draw says nothing.
    if (distinctRows(drawn, k) < k) continue;
    const fitted = await kmeans.fit(drawn, params, { ...inner, random });
    const other = await kmeans.predict(fitted, matrix, inner);
    agreement += adjustedRandIndex(labels, other);
    bestJaccards(labels, other, k).forEach((value, c) => {
      jaccards[c] = (jaccards[c] as number) + value;
    });
    counted += 1;
  }
  if (counted === 0) return { agreement: 0, weakestJaccard: 0 };
  return { agreement: agreement / counted, weakestJaccard: Math.min(...jaccards) / counted };
}
