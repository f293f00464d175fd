import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { readState } from '@kohort/ml-core';
import { COVARIANCE_TYPES, covarianceLength, type CovarianceType } from '../covariance/covariance-type';

/** A fitted Bayesian mixture: all that `predict` needs, read-only. */
export interface BayesianMixtureState {
  readonly version: 1;
  /** Components that were offered. */
  readonly k: number;
  /** Components that are the likeliest of at least one training row: the number of clusters found. */
  readonly used: number;
  readonly cols: number;
  readonly covariance: CovarianceType;
  readonly weightPrior: 'process' | 'finite';
  /** Expected weights, k shares of one. */
  readonly weights: Float64Array;
  /** Parameters of the weights' posterior: Beta distributions of stick breaks, or one Dirichlet (`second` empty). */
  readonly weightPosterior: { readonly first: Float64Array; readonly second: Float64Array };
  /** k × cols, in the units of the training matrix. */
  readonly means: Float64Array;
  readonly meanPrecisions: Float64Array;
  readonly degreesOfFreedom: Float64Array;
  /** As in a plain mixture, squared units of the training matrix. */
  readonly covariances: Float64Array;
  readonly origin: Float64Array;
  /** Lower bound of the evidence up to a constant: comparable between starts and k on the same rows. */
  readonly lowerBound: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly sizes: readonly number[];
}

const numbers = z.array(z.number());
const schema = z
  .object({
    estimator: z.literal('bayesian-mixture'),
    version: z.literal(1),
    k: z.number().int().positive(),
    used: z.number().int().positive(),
    cols: z.number().int().positive(),
    covariance: z.enum(COVARIANCE_TYPES),
    weightPrior: z.enum(['process', 'finite']),
    weights: numbers,
    weightPosterior: z.object({ first: numbers, second: numbers }),
    means: numbers,
    meanPrecisions: numbers,
    degreesOfFreedom: numbers,
    covariances: numbers,
    origin: numbers,
    lowerBound: z.number(),
    iterations: z.number().int().nonnegative(),
    converged: z.boolean(),
    sizes: z.array(z.number().int().nonnegative()),
  })
  .refine(
    (s) =>
      [s.weights, s.weightPosterior.first, s.meanPrecisions, s.degreesOfFreedom, s.sizes].every(
        (list) => list.length === s.k,
      ) &&
      s.weightPosterior.second.length === (s.weightPrior === 'process' ? s.k : 0) &&
      s.means.length === s.k * s.cols &&
      s.origin.length === s.cols &&
      s.covariances.length === covarianceLength(s.covariance, s.k, s.cols),
    { message: 'arrays do not fit k and cols' },
  );

/** The state as JSON; numbers keep every bit. */
export function bayesianMixtureToJson(state: BayesianMixtureState): Json {
  const { version, k, used, cols, covariance, weightPrior, lowerBound, iterations, converged } = state;
  return {
    estimator: 'bayesian-mixture',
    ...{ version, k, used, cols, covariance, weightPrior, lowerBound, iterations, converged },
    weights: [...state.weights],
    weightPosterior: { first: [...state.weightPosterior.first], second: [...state.weightPosterior.second] },
    means: [...state.means],
    meanPrecisions: [...state.meanPrecisions],
    degreesOfFreedom: [...state.degreesOfFreedom],
    covariances: [...state.covariances],
    origin: [...state.origin],
    sizes: [...state.sizes],
  };
}

/** Reads what bayesianMixtureToJson wrote. Throws ML_STATE with the first thing wrong. */
export function bayesianMixtureFromJson(json: unknown): BayesianMixtureState {
  const read = readState('bayesian-mixture', schema, json);
  const { first, second } = read.weightPosterior;
  return {
    ...read,
    weights: Float64Array.from(read.weights),
    weightPosterior: { first: Float64Array.from(first), second: Float64Array.from(second) },
    means: Float64Array.from(read.means),
    meanPrecisions: Float64Array.from(read.meanPrecisions),
    degreesOfFreedom: Float64Array.from(read.degreesOfFreedom),
    covariances: Float64Array.from(read.covariances),
    origin: Float64Array.from(read.origin),
  };
}
