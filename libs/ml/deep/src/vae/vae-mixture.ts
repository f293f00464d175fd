import type { ComputeControl, Estimator, Matrix } from '@kohort/ml-core';
import { gaussianMixture, gaussianMixtureDefaults, mixtureProbabilities, type MixtureShares } from '@kohort/ml-mixture';
import { checkTraining } from '../coder/check-training';
import { codesOf, type NeuralControl } from '../coder/coder';
import { checkClusters, checkCodes } from '../coder/collapse';
import { trainDrawnCoder } from '../coder/train-drawn-coder';
import { vaeMixtureDefaults, vaeMixtureLimits, type VaeMixtureParams } from './vae-mixture.params';
import { VAE_MIXTURE, vaeMixtureFromJson, vaeMixtureToJson, type VaeMixtureState } from './vae-mixture.state';

/** What `fit` answers: the state, and the likeliest cluster of every training row. */
export interface FittedVaeMixture extends VaeMixtureState {
  readonly labels: Uint16Array;
}

/** Codes have a variance near 1: this much of it is believed to be chance in every direction. */
const REGULARISATION = 1e-3;

/** Chosen columns of a matrix. */
const columnsOf = ({ data, rows, cols }: Matrix, used: readonly number[]): Matrix => ({
  data: Float32Array.from({ length: rows * used.length }, (_, at) => {
    const row = Math.floor(at / used.length);
    return data[row * cols + (used[at % used.length] as number)] as number;
  }),
  rows,
  cols: used.length,
});

const usedCodes = async ({ coder, used }: VaeMixtureState, matrix: Matrix, control: ComputeControl): Promise<Matrix> =>
  columnsOf(await codesOf(coder, matrix, control), used);

/**
 * A mixture of Gaussians over the codes of a variational autoencoder: soft groups on a bent surface among columns of noise.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1
 * Units   columns are centred and all divided by one spread, so they weigh as they come
 * Ties    the lowest component
 * Cost    three times epochs·n·weights
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), DEEP_COLLAPSED,
 *         DEEP_DIVERGED, MIXTURE_SINGULAR, ML_TOO_LARGE, ML_CANCELLED
 * Source  Kingma & Welling 2014 for the network
 */
async function fit(matrix: Matrix, params: VaeMixtureParams, control: NeuralControl): Promise<FittedVaeMixture> {
  await checkTraining({ estimator: VAE_MIXTURE, limits: vaeMixtureLimits }, { matrix, params }, control);
  const { k, restarts } = params;
  const { random } = control;
  const coding = { ...control, random: random.split('code') };
  const {
    coder,
    divergence,
    epochs,
    used: told,
  } = await trainDrawnCoder(matrix, { estimator: VAE_MIXTURE, params }, coding);
  // One cluster needs no code that tells anything.
  const used = told.length > 0 ? told : [0];
  const codes = columnsOf(await codesOf(coder, matrix, control), used);
  checkCodes(VAE_MIXTURE, codes, Math.max(2, k));
  const start = { method: 'k-means', restarts } as const;
  const asked = { ...gaussianMixtureDefaults, k, start, regularisation: REGULARISATION };
  const { labels, ...mixture } = await gaussianMixture.fit(codes, asked, {
    ...control,
    random: random.split('mixture'),
  });
  checkClusters(VAE_MIXTURE, mixture.sizes);
  return { version: 1, coder, mixture, used, divergence, epochs, labels };
}

/**
 * The probability of every cluster for every row, and the density of its code. A row's answer does not depend on the rows
 * beside it.
 *
 * Shape   matrix: n × the training columns; answers n × k probabilities, row-major, and n log densities
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
export async function vaeProbabilities(
  fitted: VaeMixtureState,
  matrix: Matrix,
  control: ComputeControl = {},
): Promise<MixtureShares> {
  return mixtureProbabilities(fitted.mixture, await usedCodes(fitted, matrix, control), control);
}

async function predict(fitted: VaeMixtureState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  return gaussianMixture.predict(fitted.mixture, await usedCodes(fitted, matrix, control), control);
}

/** A mixture over the codes of a variational autoencoder as an estimator: see `fit` for what it promises. */
export const vaeMixture = {
  name: VAE_MIXTURE,
  defaults: vaeMixtureDefaults,
  limits: vaeMixtureLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: vaeMixtureToJson,
  fromJson: vaeMixtureFromJson,
} satisfies Estimator<VaeMixtureParams, VaeMixtureState>;
