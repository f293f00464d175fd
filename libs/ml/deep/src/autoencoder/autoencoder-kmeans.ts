import { kmeans, kmeansDistances } from '@kohort/ml-clustering';
import type { ComputeControl, Estimator, Matrix } from '@kohort/ml-core';
import { checkTraining } from '../coder/check-training';
import { codesOf, type NeuralControl } from '../coder/coder';
import {
  autoencoderKmeansDefaults,
  autoencoderKmeansLimits,
  type AutoencoderKmeansParams,
} from './autoencoder-kmeans.params';
import {
  AUTOENCODER_KMEANS,
  autoencoderKmeansFromJson,
  autoencoderKmeansToJson,
  type AutoencoderKmeansState,
} from './autoencoder-kmeans.state';
import { fitCodes } from './fit-codes';

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedAutoencoderKmeans extends AutoencoderKmeansState {
  readonly labels: Uint16Array;
}

/**
 * k-means over the codes of an autoencoder: groups that lie on a bent surface among columns of noise.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1
 * Units   columns are centred and all divided by one spread, so they weigh as they come
 * Ties    as in k-means
 * Cost    three times epochs·n·weights
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), DEEP_COLLAPSED,
 *         DEEP_DIVERGED, ML_TOO_LARGE, ML_CANCELLED
 * Source  Hinton & Salakhutdinov 2006 for the network
 */
async function fit(
  matrix: Matrix,
  params: AutoencoderKmeansParams,
  control: NeuralControl,
): Promise<FittedAutoencoderKmeans> {
  const named = { estimator: AUTOENCODER_KMEANS, limits: autoencoderKmeansLimits };
  await checkTraining(named, { matrix, params }, control);
  const {
    coder,
    clusters: fitted,
    loss,
    epochs,
  } = await fitCodes(matrix, { estimator: AUTOENCODER_KMEANS, params }, control);
  const { labels, ...clusters } = fitted;
  return { version: 1, coder, clusters, loss, epochs, labels };
}

/**
 * The cluster of every row. A row's answer does not depend on the rows beside it.
 *
 * Shape   matrix: n × the training columns; answers n labels in 0..k-1
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(
  fitted: AutoencoderKmeansState,
  matrix: Matrix,
  control: ComputeControl = {},
): Promise<Uint16Array> {
  return kmeans.predict(fitted.clusters, await codesOf(fitted.coder, matrix, control), control);
}

/**
 * Distances of every row's code to every centre.
 *
 * Shape   matrix: n × the training columns; answers n × k values, row-major
 * Units   those of the codes
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
export async function codeDistances(
  fitted: AutoencoderKmeansState,
  matrix: Matrix,
  control: ComputeControl = {},
): Promise<Float64Array> {
  return kmeansDistances(fitted.clusters, await codesOf(fitted.coder, matrix, control));
}

/** k-means over an autoencoder's codes as an estimator: see `fit` for what it promises. */
export const autoencoderKmeans = {
  name: AUTOENCODER_KMEANS,
  defaults: autoencoderKmeansDefaults,
  limits: autoencoderKmeansLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: autoencoderKmeansToJson,
  fromJson: autoencoderKmeansFromJson,
} satisfies Estimator<AutoencoderKmeansParams, AutoencoderKmeansState>;
