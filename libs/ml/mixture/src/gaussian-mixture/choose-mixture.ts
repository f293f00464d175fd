import { AppError } from '@kohort/kernel-errors';
import type { FitControl, Matrix } from '@kohort/ml-core';
import type { CovarianceType } from '../covariance/covariance-type';
import { gaussianMixture, type FittedGaussianMixture } from './gaussian-mixture';
import type { GaussianMixtureParams } from './gaussian-mixture.params';

/** One mixture that was tried. */
export interface MixtureScore {
  readonly k: number;
  readonly covariance: CovarianceType;
  readonly bic: number;
  readonly aic: number;
  readonly converged: boolean;
}

/** Every mixture that was tried, and the one with the lowest criterion. */
export interface MixtureChoice {
  readonly scores: readonly MixtureScore[];
  /** Combinations that could not be fitted, with the code of the reason. */
  readonly refused: readonly { readonly k: number; readonly covariance: CovarianceType; readonly code: string }[];
  readonly best: FittedGaussianMixture | undefined;
}

/** What to try. */
export interface MixtureChoices {
  readonly ks: readonly number[];
  readonly covariances: readonly CovarianceType[];
  readonly criterion: 'bic' | 'aic';
  readonly params: Omit<GaussianMixtureParams, 'k' | 'covariance'>;
}

/**
 * Fits a mixture for every k and kind of covariance and keeps the one with the lowest criterion. What the data do not
 * allow (a singular covariance, too few rows) is listed, not thrown.
 *
 * Ties    the first tried wins
 * Cost    that of the fits
 * Throws  what `gaussianMixture.fit` throws but unsuitable data
 */
export async function chooseMixture(
  matrix: Matrix,
  { ks, covariances, criterion, params }: MixtureChoices,
  control: FitControl,
): Promise<MixtureChoice> {
  const scores: MixtureScore[] = [];
  const refused: { k: number; covariance: CovarianceType; code: string }[] = [];
  const { random, signal, pool } = control;
  let best: FittedGaussianMixture | undefined;
  for (const covariance of covariances) {
    for (const k of ks) {
      const quiet = { random: random.split(k), ...(signal ? { signal } : {}), ...(pool ? { pool } : {}) };
      try {
        const fitted = await gaussianMixture.fit(matrix, { ...params, k, covariance }, quiet);
        const { bic, aic, converged } = fitted;
        scores.push({ k, covariance, bic, aic, converged });
        if (!best || fitted[criterion] < best[criterion]) best = fitted;
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.kind !== 'unsuitable-data') throw thrown;
        refused.push({ k, covariance, code: thrown.code });
      }
      const done = scores.length + refused.length;
      control.onProgress?.({ phase: 'trying mixtures', done, total: ks.length * covariances.length });
    }
  }
  return { scores, refused, best };
}
