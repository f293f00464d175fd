import type { GaussianComponents, GaussianSums } from '@kohort/ml-core';
import type { CovarianceType } from '../covariance/covariance-type';
import { estimateParameters, type CovarianceRule, type SumsAbout } from '../covariance/estimate-parameters';
import { precisionFactors, type PrecisionFactors } from '../covariance/precision-factors';
import type { MixtureRule } from '../expectation-maximisation';
import { digamma, logGamma } from '../special-functions';
import { expectedLogWeights, logNorm, weightPosterior, type WeightPosterior } from './weight-posterior';

/** What is believed before any row is seen; means are relative to the origin. */
export interface MixturePrior {
  readonly weights: 'process' | 'finite';
  readonly concentration: number;
  /** The covariance of all rows, in the form of the covariance type (one component's). */
  readonly covariance: Float64Array;
}

/** What is believed afterwards. The prior's mean is the origin, its precision 1 and its degrees of freedom d. */
export interface MixturePosterior {
  readonly weights: WeightPosterior;
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly meanPrecisions: Float64Array;
  readonly degreesOfFreedom: Float64Array;
  readonly covariances: Float64Array;
  readonly precision: PrecisionFactors;
}

const MEAN_PRECISION = 1;

interface Normal {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** Scatter that a component's mean adds by lying away from the prior's mean: the origin. */
function pull(means: Float64Array, [c, a, b, d]: readonly [number, number, number, number]): number {
  return (means[c * d + a] as number) * (means[c * d + b] as number);
}

function fullCovariances(found: Normal, prior: Float64Array, [d, dof]: readonly [number, Float64Array]): Float64Array {
  return found.covariances.map((value, at) => {
    const c = Math.floor(at / (d * d));
    const place = at % (d * d);
    const count = found.counts[c] as number;
    const apart = (count * MEAN_PRECISION) / (MEAN_PRECISION + count);
    const moved = apart * pull(found.means, [c, Math.floor(place / d), place % d, d]);
    return ((prior[place] as number) + count * value + moved) / (dof[c] as number);
  });
}

function tiedCovariance(found: Normal, prior: Float64Array, [d, dof]: readonly [number, Float64Array]): Float64Array {
  const k = found.counts.length;
  const mean = found.counts.reduce((total, count) => total + count, 0) / k;
  return found.covariances.map((value, at) => {
    let moved = 0;
    found.counts.forEach((count, c) => {
      moved += (count / (MEAN_PRECISION + count)) * pull(found.means, [c, Math.floor(at / d), at % d, d]);
    });
    return ((prior[at] as number) + value * mean + (MEAN_PRECISION / k) * moved) / (dof[0] as number);
  });
}

function variances(found: Normal, prior: Float64Array, [d, dof]: readonly [number, Float64Array]): Float64Array {
  const step = found.covariances.length / found.counts.length;
  return found.covariances.map((value, at) => {
    const c = Math.floor(at / step);
    const count = found.counts[c] as number;
    let moved = 0;
    if (step === d) moved = pull(found.means, [c, at % d, at % d, d]);
    else for (let j = 0; j < d; j += 1) moved += pull(found.means, [c, j, j, d]) / d;
    const apart = (MEAN_PRECISION / (MEAN_PRECISION + count)) * moved;
    return ((prior[at % step] as number) + count * (value + apart)) / (dof[c] as number);
  });
}

/** Posterior covariances of each kind. */
const BY_TYPE: Record<CovarianceType, typeof fullCovariances> = {
  full: fullCovariances,
  tied: tiedCovariance,
  diagonal: variances,
  spherical: (found, prior, [d, dof]) => variances(found, prior, [d, dof]),
};

function maximise(input: SumsAbout, rule: CovarianceRule, prior: MixturePrior): MixturePosterior {
  const { type, d } = rule;
  const found = estimateParameters(input, rule);
  const { counts } = found;
  const k = counts.length;
  const rows = counts.reduce((total, count) => total + count, 0);
  const degreesOfFreedom = type === 'tied' ? new Float64Array(k).fill(d + rows / k) : counts.map((count) => d + count);
  const meanPrecisions = counts.map((count) => MEAN_PRECISION + count);
  const shrink = (mean: number, at: number): number => {
    const c = Math.floor(at / d);
    return ((counts[c] as number) * mean) / (meanPrecisions[c] as number);
  };
  const covariances = BY_TYPE[type](found, prior.covariance, [d, degreesOfFreedom]);
  return {
    weights: weightPosterior(prior.weights, prior.concentration, counts),
    counts,
    means: found.means.map(shrink),
    meanPrecisions,
    degreesOfFreedom,
    covariances,
    precision: precisionFactors({ type, k, d, values: covariances, counts }),
  };
}

/** What a pass needs: constants hold the expected log weight, log determinant and what uncertainty takes off. */
export function posteriorComponents(
  model: Pick<MixturePosterior, 'weights' | 'means' | 'meanPrecisions' | 'degreesOfFreedom' | 'precision'>,
  d: number,
): GaussianComponents {
  const { factors, logDeterminants } = model.precision;
  const logWeights = expectedLogWeights(model.weights);
  const constants = logDeterminants.map((log, c) => {
    const dof = model.degreesOfFreedom[c] as number;
    let expected = d * Math.log(2);
    for (let j = 0; j < d; j += 1) expected += digamma((dof - j) / 2);
    const uncertain = (expected - d / (model.meanPrecisions[c] as number)) / 2;
    return (logWeights[c] as number) + log - (d / 2) * (Math.log(2 * Math.PI) + Math.log(dof)) + uncertain;
  });
  return { means: model.means, factors, constants };
}

/** Lower bound of the evidence, up to a constant, as scikit-learn takes it. */
function lowerBound(sums: GaussianSums, model: MixturePosterior, d: number): number {
  const wishart = model.precision.logDeterminants.reduce((total, log, c) => {
    const dof = model.degreesOfFreedom[c] as number;
    let norm = dof * (log - (d / 2) * Math.log(dof)) + (dof * d * Math.log(2)) / 2;
    for (let j = 0; j < d; j += 1) norm += logGamma((dof - j) / 2);
    return total - norm;
  }, 0);
  const precisions = model.meanPrecisions.reduce((total, value) => total + Math.log(value), 0);
  return -sums.negativeEntropy - wishart - logNorm(model.weights) - (d / 2) * precisions;
}

/** Variational rounds over a mixture. Source: Bishop 2006 §10.2, Blei & Jordan 2006 for the process. */
export function posteriorRule(rule: CovarianceRule, prior: MixturePrior): MixtureRule<MixturePosterior> {
  return {
    maximise: (input) => maximise(input, rule, prior),
    components: (model) => posteriorComponents(model, rule.d),
    bound: (sums, model) => lowerBound(sums, model, rule.d),
  };
}
