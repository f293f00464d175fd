import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';
import { COVARIANCE_TYPES, covarianceLength, type CovarianceType } from '../covariance/covariance-type';

/** A fitted mixture of Gaussians: all that `predict` needs, read-only. */
export interface GaussianMixtureState {
  readonly version: 1;
  readonly k: number;
  readonly cols: number;
  readonly covariance: CovarianceType;
  /** k shares of one. */
  readonly weights: Float64Array;
  /** k × cols, in the units of the training matrix. */
  readonly means: Float64Array;
  /** full: k × cols × cols; tied: cols × cols; diagonal: k × cols; spherical: k. Squared units of the training matrix. */
  readonly covariances: Float64Array;
  /** What is subtracted before any arithmetic (the training means). */
  readonly origin: Float64Array;
  /** Of all training rows together. */
  readonly logLikelihood: number;
  /** Bayes' and Akaike's criteria: lower is better, comparable between k and kinds of covariance on the same rows. */
  readonly bic: number;
  readonly aic: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Training rows whose likeliest component each is. */
  readonly sizes: readonly number[];
  /** Components with a variance that is little more than the regularisation: they sit on repeated rows. */
  readonly collapsed: readonly number[];
}

const schema = z
  .object({
    estimator: z.literal('gaussian-mixture'),
    version: z.literal(1),
    k: z.number().int().positive(),
    cols: z.number().int().positive(),
    covariance: z.enum(COVARIANCE_TYPES),
    weights: z.array(z.number().nonnegative()),
    means: z.array(z.number()),
    covariances: z.array(z.number()),
    origin: z.array(z.number()),
    logLikelihood: z.number(),
    bic: z.number(),
    aic: z.number(),
    iterations: z.number().int().nonnegative(),
    converged: z.boolean(),
    sizes: z.array(z.number().int().nonnegative()),
    collapsed: z.array(z.number().int().nonnegative()),
  })
  .refine(
    (s) =>
      s.weights.length === s.k &&
      s.means.length === s.k * s.cols &&
      s.origin.length === s.cols &&
      s.sizes.length === s.k &&
      s.covariances.length === covarianceLength(s.covariance, s.k, s.cols),
    { message: 'arrays do not fit k and cols' },
  );

/** The state as JSON; numbers keep every bit. */
export function gaussianMixtureToJson(state: GaussianMixtureState): Json {
  const { version, k, cols, covariance, logLikelihood, bic, aic, iterations, converged } = state;
  const arrays = {
    weights: [...state.weights],
    means: [...state.means],
    covariances: [...state.covariances],
    origin: [...state.origin],
    sizes: [...state.sizes],
    collapsed: [...state.collapsed],
  };
  const plain = { version, k, cols, covariance, logLikelihood, bic, aic, iterations, converged };
  return { estimator: 'gaussian-mixture', ...plain, ...arrays };
}

/** Reads what gaussianMixtureToJson wrote. Throws ML_STATE with the first thing wrong. */
export function gaussianMixtureFromJson(json: unknown): GaussianMixtureState {
  const { weights, means, covariances, origin, ...plain } = readState('gaussian-mixture', schema, json);
  return {
    ...plain,
    weights: Float64Array.from(weights),
    means: Float64Array.from(means),
    covariances: Float64Array.from(covariances),
    origin: Float64Array.from(origin),
  };
}
