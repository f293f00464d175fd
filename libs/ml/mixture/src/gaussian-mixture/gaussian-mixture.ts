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
import { freeParameters } from '../covariance/covariance-type';
import {
  estimateParameters,
  totalScatter,
  type CovarianceRule,
  type Estimated,
} from '../covariance/estimate-parameters';
import { precisionFactors } from '../covariance/precision-factors';
import type { EmEnd, MixtureRule } from '../expectation-maximisation';
import { fitMixture } from '../fit-mixture';
import { checkStart, originOf } from '../mixture-start';
import { rowAnswers } from '../weigh-rows';
import { gaussianMixtureDefaults, gaussianMixtureLimits, type GaussianMixtureParams } from './gaussian-mixture.params';
import { gaussianMixtureFromJson, gaussianMixtureToJson, type GaussianMixtureState } from './gaussian-mixture.state';

const NAME = 'gaussian-mixture';

/** What `fit` answers: the state, and the likeliest component of every training row. */
export interface FittedGaussianMixture extends GaussianMixtureState {
  readonly labels: Uint16Array;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** What a pass needs: constants hold log weight, log determinant and the Gaussian's own −d/2 · log 2π. */
function componentsOf(
  { counts, means, covariances }: Estimated,
  { type, d }: Pick<CovarianceRule, 'type' | 'd'>,
): GaussianComponents {
  const k = counts.length;
  const { factors, logDeterminants } = precisionFactors({ type, k, d, values: covariances, counts });
  const total = sum(counts);
  const constants = logDeterminants.map(
    (log, c) => log + Math.log((counts[c] as number) / total) - (d / 2) * Math.log(2 * Math.PI),
  );
  return { means, factors, constants };
}

function ruleOf(rule: CovarianceRule, rows: number): MixtureRule<Estimated> {
  return {
    maximise: (input) => estimateParameters(input, rule),
    components: (model) => componentsOf(model, rule),
    bound: ({ logLikelihood }) => logLikelihood / rows,
  };
}

/** Components whose least variance is regularisation to nine parts in ten. */
function collapsedOf({ covariances, counts }: Estimated, { type, d, regularisation }: CovarianceRule): number[] {
  const step = { full: d * d, tied: 0, diagonal: d, spherical: 1 }[type];
  const across = type === 'full' || type === 'tied' ? d + 1 : 1;
  const places = type === 'spherical' ? 1 : d;
  return [...counts.keys()].filter((c) => {
    const variances = Array.from({ length: places }, (_, j) => covariances[c * step + j * across] as number);
    return Math.min(...variances) < regularisation / 0.9;
  });
}

/** The state of where expectation-maximisation ended, with the labels by the parameters as they are stored. */
function finish(
  work: GaussianWorkspace,
  end: EmEnd<Estimated>,
  { origin, rule, rows }: { origin: Float64Array; rule: CovarianceRule; rows: number },
): FittedGaussianMixture {
  const { type, d } = rule;
  const { counts, means, covariances } = end.model;
  const k = counts.length;
  const total = sum(counts);
  const stored = {
    covariance: type,
    weights: counts.map((count) => count / total),
    means: means.map((mean, at) => mean + (origin[at % d] as number)),
    covariances,
    origin,
  };
  const { logLikelihood } = work.pass(storedComponents({ k, cols: d, ...stored }));
  const labels = Uint16Array.from(work.labels);
  const sizes = labelSizes(labels, k);
  const free = freeParameters(type, k, d);
  const criteria = { bic: free * Math.log(rows) - 2 * logLikelihood, aic: 2 * free - 2 * logLikelihood };
  const { iterations, converged } = end;
  const collapsed = collapsedOf(end.model, rule);
  return {
    version: 1,
    k,
    cols: d,
    ...stored,
    logLikelihood,
    ...criteria,
    iterations,
    converged,
    sizes,
    collapsed,
    labels,
  };
}

type Stored = Pick<GaussianMixtureState, 'k' | 'cols' | 'covariance' | 'weights' | 'means' | 'covariances' | 'origin'>;

/** The components of a stored mixture: `fit` and `predict` make them alike, so labels agree bit for bit. */
function storedComponents({ cols: d, covariance, weights, means, covariances, origin }: Stored): GaussianComponents {
  const relative = means.map((mean, at) => mean - (origin[at % d] as number));
  return componentsOf({ counts: weights, means: relative, covariances }, { type: covariance, d });
}

/**
 * A mixture of Gaussians by expectation-maximisation.
 *
 * Shape   matrix: n×d, finite; answers k weights, means and covariances and n labels in 0..k-1
 * Units   log likelihood in nats; covariances in squared units of the matrix
 * Ties    the lowest component wins
 * Cost    O(restarts·rounds·n·k·d²), d instead of d² for diagonal and spherical; about 4·n·d + 2·n bytes
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), MIXTURE_SINGULAR,
 *         ML_TOO_LARGE, ML_CANCELLED
 * Source  Dempster, Laird & Rubin 1977; held to scikit-learn by reference/gaussian-mixture.golden.json
 */
async function fit(matrix: Matrix, params: GaussianMixtureParams, control: FitControl): Promise<FittedGaussianMixture> {
  checkParams(NAME, params, gaussianMixtureLimits);
  checkShape(matrix);
  const { k, covariance, start, regularisation } = params;
  checkStart(NAME, matrix, k, start);
  await breathe(control);
  const origin = originOf(matrix);
  const scatter = covariance === 'tied' ? totalScatter(poolOf(control), matrix, origin) : new Float64Array(0);
  const rule = { type: covariance, d: matrix.cols, regularisation, scatter };
  const { rows } = matrix;
  return fitMixture({ matrix, origin, params, control }, ruleOf(rule, rows), (work, end) =>
    finish(work, end, { origin, rule, rows }),
  );
}

const { predict, probabilities } = rowAnswers<GaussianMixtureState>(storedComponents);

/** Probabilities of the components and the density of each row: see `rowAnswers`. */
export const mixtureProbabilities = probabilities;

/** Mixtures of Gaussians as an estimator: see `fit` for what it promises. */
export const gaussianMixture = {
  name: NAME,
  defaults: gaussianMixtureDefaults,
  limits: gaussianMixtureLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: gaussianMixtureToJson,
  fromJson: gaussianMixtureFromJson,
} satisfies Estimator<GaussianMixtureParams, GaussianMixtureState>;
