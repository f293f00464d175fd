import {
  GaussianWorkspace,
  type GaussianMoments,
  type GaussianSums,
  type KernelPool,
  type Matrix,
} from '@kohort/ml-core';
import { covarianceLength, type CovarianceType } from './covariance-type';

/** Weighted counts, means and covariances of components; means relative to the origin. */
export interface Estimated {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** Sums and the means they were taken about. */
export interface SumsAbout {
  readonly sums: Pick<GaussianSums, 'counts' | 'firsts' | 'seconds'>;
  readonly about: Float64Array;
}

/** How covariances are estimated. */
export interface CovarianceRule {
  readonly type: CovarianceType;
  readonly d: number;
  /** Added to every variance, in squared units of the rows. */
  readonly regularisation: number;
  /** d × d products of the rows less the origin, over all rows: what tied covariances start from. */
  readonly scatter: Float64Array;
}

/** What a pass must collect for a kind of covariance. */
export function momentsFor(type: CovarianceType): GaussianMoments {
  return type === 'full' ? 'products' : type === 'tied' ? 'first' : 'squares';
}

/** As scikit-learn does, so that a component without rows has finite means. */
const FEW = 10 * Number.EPSILON;

/** Products of the rows less the origin, over all rows; d × d. */
export function totalScatter(pool: KernelPool, matrix: Matrix, origin: Float64Array): Float64Array {
  const d = matrix.cols;
  const use = { k: 1, factor: 'diagonal', moments: 'products', keep: 'nothing' } as const;
  const work = new GaussianWorkspace(pool, matrix, use);
  try {
    work.load(origin);
    // One component of weight 1: every row counts once.
    const flat = { means: new Float64Array(d), factors: new Float64Array(d), constants: new Float64Array(1) };
    return work.pass(flat).seconds;
  } finally {
    work.release();
  }
}

/**
 * Sums of a clustering: each row counts in its own cluster alone.
 *
 * Shape   labels: one of 0..k-1 a row; sums are about the clusters' means
 */
export function sumsOfLabels(
  { data, rows, cols: d }: Matrix,
  { origin, labels, k }: { origin: Float64Array; labels: ArrayLike<number>; k: number },
  type: CovarianceType,
): SumsAbout {
  const counts = new Float64Array(k);
  const about = new Float64Array(k * d);
  const add = (to: Float64Array, at: number, value: number): void => {
    to[at] = (to[at] as number) + value;
  };
  const gap = (i: number, j: number): number => (data[i * d + j] as number) - (origin[j] as number);
  for (let i = 0; i < rows; i += 1) {
    const c = labels[i] as number;
    add(counts, c, 1);
    for (let j = 0; j < d; j += 1) add(about, c * d + j, gap(i, j));
  }
  for (let at = 0; at < about.length; at += 1) {
    about[at] = (about[at] as number) / Math.max(1, counts[Math.floor(at / d)] as number);
  }
  const wide = type === 'full' ? d * d : type === 'tied' ? 0 : d;
  const seconds = new Float64Array(k * wide);
  const near = new Float64Array(d);
  for (let i = 0; wide > 0 && i < rows; i += 1) {
    const c = labels[i] as number;
    for (let a = 0; a < d; a += 1) {
      const value = gap(i, a) - (about[c * d + a] as number);
      near[a] = value;
      if (type !== 'full') add(seconds, c * d + a, value * value);
      else {
        const to = c * wide + a * d;
        for (let b = 0; b <= a; b += 1) seconds[to + b] = (seconds[to + b] as number) + value * (near[b] as number);
      }
    }
  }
  if (type === 'full') {
    for (let c = 0; c < k; c += 1) {
      for (let a = 0; a < d; a += 1) {
        for (let b = 0; b < a; b += 1) seconds[c * wide + b * d + a] = seconds[c * wide + a * d + b] as number;
      }
    }
  }
  return { sums: { counts, firsts: new Float64Array(k * d), seconds }, about };
}

function tiedCovariance({ counts, means }: Estimated, { d, scatter, regularisation }: CovarianceRule): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return scatter.map((sum, at) => {
    const [a, b] = [Math.floor(at / d), at % d];
    let left = sum;
    counts.forEach((count, c) => {
      left -= count * (means[c * d + a] as number) * (means[c * d + b] as number);
    });
    return left / total + (a === b ? regularisation : 0);
  });
}

/**
 * Counts, means and regularised covariances from weighted sums.
 *
 * Units   divided by the weight of the rows, as maximum likelihood wants it
 * Cost    O(k·d²)
 * Source  held to scikit-learn by the golden files of the mixtures
 */
export function estimateParameters({ sums, about }: SumsAbout, rule: CovarianceRule): Estimated {
  const { type, d, regularisation } = rule;
  const counts = sums.counts.map((count) => count + FEW);
  const shift = sums.firsts.map((sum, at) => sum / (counts[Math.floor(at / d)] as number));
  const means = about.map((mean, at) => mean + (shift[at] as number));
  const k = counts.length;
  const covariances = new Float64Array(covarianceLength(type, k, d));
  const found = { counts, means, covariances };
  if (type === 'tied') return { ...found, covariances: tiedCovariance(found, rule) };
  if (type === 'full') {
    for (let at = 0; at < covariances.length; at += 1) {
      const c = Math.floor(at / (d * d));
      const [a, b] = [Math.floor((at % (d * d)) / d), at % d];
      const moved = (shift[c * d + a] as number) * (shift[c * d + b] as number) * (counts[c] as number);
      const scatter = (sums.seconds[at] as number) - moved;
      covariances[at] = scatter / (counts[c] as number) + (a === b ? regularisation : 0);
    }
    return found;
  }
  sums.seconds.forEach((sum, at) => {
    const count = counts[Math.floor(at / d)] as number;
    const variance = Math.max(0, sum / count - (shift[at] as number) ** 2) + regularisation;
    const to = type === 'diagonal' ? at : Math.floor(at / d);
    covariances[to] = (covariances[to] as number) + (type === 'diagonal' ? variance : variance / d);
  });
  return found;
}
