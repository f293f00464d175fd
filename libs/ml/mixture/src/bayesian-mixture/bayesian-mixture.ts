import {
  breathe,
  checkParams,
  checkShape,
  labelSizes,
  poolOf,
  type Estimator,
  type FitControl,
  type GaussianComponents,
  type GaussianWorkspace,
  type Matrix,
} from '@kohort/ml-core';
import type { CovarianceType } from '../covariance/covariance-type';
import { totalScatter, type CovarianceRule } from '../covariance/estimate-parameters';
import { precisionFactors } from '../covariance/precision-factors';
import type { EmEnd } from '../expectation-maximisation';
import { fitMixture } from '../fit-mixture';
import { checkStart, originOf } from '../mixture-start';
import { rowAnswers } from '../weigh-rows';
import {
  bayesianMixtureDefaults,
  bayesianMixtureLimits,
  concentrationLimits,
  type BayesianMixtureParams,
} from './bayesian-mixture.params';
import { bayesianMixtureFromJson, bayesianMixtureToJson, type BayesianMixtureState } from './bayesian-mixture.state';
import { posteriorComponents, posteriorRule, type MixturePosterior, type MixturePrior } from './posterior';
import { expectedWeights } from './weight-posterior';

const NAME = 'bayesian-mixture';

/** What `fit` answers: the state, and the likeliest component of every training row. */
export interface FittedBayesianMixture extends BayesianMixtureState {
  readonly labels: Uint16Array;
}

/** The covariance of all rows, in one component's form. */
function priorCovariance(scatter: Float64Array, rows: number, [type, d]: readonly [CovarianceType, number]) {
  const covariance = scatter.map((sum) => sum / (rows - 1));
  if (type === 'full' || type === 'tied') return covariance;
  const variances = Float64Array.from({ length: d }, (_, j) => covariance[j * d + j] as number);
  return type === 'diagonal' ? variances : Float64Array.of(variances.reduce((sum, value) => sum + value, 0) / d);
}

/** The components of a stored mixture: `fit` and `predict` make them alike, so labels agree bit for bit. */
function storedComponents(stored: Omit<BayesianMixtureState, 'used' | 'sizes' | 'version'>): GaussianComponents {
  const { k, cols: d, covariance: type, covariances: values, origin, meanPrecisions, degreesOfFreedom } = stored;
  const precision = precisionFactors({ type, k, d, values, counts: meanPrecisions });
  const means = stored.means.map((mean, at) => mean - (origin[at % d] as number));
  const weights = { prior: stored.weightPrior, ...stored.weightPosterior };
  return posteriorComponents({ weights, means, meanPrecisions, degreesOfFreedom, precision }, d);
}

function finish(
  work: GaussianWorkspace,
  end: EmEnd<MixturePosterior>,
  { params, origin }: { params: BayesianMixtureParams; origin: Float64Array },
): FittedBayesianMixture {
  const { k, covariance, weightPrior } = params;
  const cols = origin.length;
  const { weights, means, meanPrecisions, degreesOfFreedom, covariances } = end.model;
  const { bound: lowerBound, iterations, converged } = end;
  const stored = {
    ...{ k, cols, covariance, weightPrior, meanPrecisions, degreesOfFreedom, covariances, origin },
    weights: expectedWeights(weights),
    weightPosterior: { first: weights.first, second: weights.second },
    means: means.map((mean, at) => mean + (origin[at % cols] as number)),
    ...{ lowerBound, iterations, converged },
  };
  work.pass(storedComponents(stored));
  const labels = Uint16Array.from(work.labels);
  const sizes = labelSizes(labels, k);
  return { version: 1, ...stored, sizes, used: sizes.filter((size) => size > 0).length, labels };
}

function checkFit(matrix: Matrix, params: BayesianMixtureParams): void {
  checkParams(NAME, params, bayesianMixtureLimits);
  const { concentration } = params;
  if (concentration !== undefined) checkParams(NAME, { concentration }, concentrationLimits);
  checkShape(matrix);
  checkStart(NAME, matrix, params.k, params.start);
}

/**
 * A Bayesian mixture of Gaussians by variational inference: components that the rows do not need stay empty, so k is an
 * upper limit. The prior believes each component to be as wide as all rows together.
 *
 * Shape   matrix: n×d, finite; answers at most k components and n labels in 0..k-1
 * Ties    the lowest component wins
 * Cost    O(restarts·rounds·n·k·d²), d instead of d² for diagonal and spherical
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, MIXTURE_SINGULAR, ML_TOO_LARGE, ML_CANCELLED
 * Source  Bishop 2006 §10.2; Blei & Jordan 2006; held to scikit-learn by reference/bayesian-mixture.golden.json
 */
async function fit(matrix: Matrix, params: BayesianMixtureParams, control: FitControl): Promise<FittedBayesianMixture> {
  checkFit(matrix, params);
  await breathe(control);
  const { k, covariance, weightPrior, regularisation, concentration = 1 / k } = params;
  const origin = originOf(matrix);
  const scatter = totalScatter(poolOf(control), matrix, origin);
  const rule: CovarianceRule = { type: covariance, d: matrix.cols, regularisation, scatter };
  const prior: MixturePrior = {
    weights: weightPrior,
    concentration,
    covariance: priorCovariance(scatter, matrix.rows, [covariance, matrix.cols]),
  };
  return fitMixture({ matrix, origin, params, control }, posteriorRule(rule, prior), (work, end) =>
    finish(work, end, { params, origin }),
  );
}

const { predict, probabilities } = rowAnswers<BayesianMixtureState>(storedComponents);

/** Probabilities of the components and the expected density of each row: see `rowAnswers`. */
export const bayesianMixtureProbabilities = probabilities;

/** Bayesian mixtures as an estimator: see `fit` for what it promises. */
export const bayesianMixture = {
  name: NAME,
  defaults: bayesianMixtureDefaults,
  limits: bayesianMixtureLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: bayesianMixtureToJson,
  fromJson: bayesianMixtureFromJson,
} satisfies Estimator<BayesianMixtureParams, BayesianMixtureState>;
