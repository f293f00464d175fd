import { checkParams, labelSizes, type ComputeControl, type Estimator, type Matrix } from '@kohort/ml-core';
import { fitCodes } from '../autoencoder/fit-codes';
import { checkTraining } from '../coder/check-training';
import { codesOf, type NeuralControl } from '../coder/coder';
import { checkClusters, checkCodes } from '../coder/collapse';
import { decDefaults, decLimits, stepsLimits, type DecParams } from './dec.params';
import { DEC, decFromJson, decToJson, type DecState } from './dec.state';
import { refineCodes } from './refine-codes';
import { likeliest, softAssignments, squaredDistances } from './soft-assignment';

/** Share of the epochs in which codes that are drawn are pulled ever more. */
const WARM_UP = 0.5;

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedDec extends DecState {
  readonly labels: Uint16Array;
}

/**
 * Deep embedded clustering: an autoencoder's codes, clustered by k-means, and from there codes and clusters trained together so
 * that rows lie close to their own centre and far from the others.
 *
 * Shape   matrix: n×d, finite; answers n labels in 0..k-1; a cluster may have lost all its rows
 * Units   columns are centred and all divided by one spread, so they weigh as they come
 * Ties    the lowest centre
 * Cost    three times (epochs·n + rounds·steps·batch)·weights
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer rows or distinct rows than k), DEEP_COLLAPSED,
 *         DEEP_DIVERGED, ML_TOO_LARGE, ML_CANCELLED
 * Source  Xie, Girshick & Farhadi 2016
 */
async function fit(matrix: Matrix, params: DecParams, control: NeuralControl): Promise<FittedDec> {
  const { k, steps } = params;
  if (steps !== null) checkParams(DEC, { steps }, stepsLimits);
  await checkTraining({ estimator: DEC, limits: decLimits }, { matrix, params }, control);
  const drawn = params.start === 'drawn' ? { warmUp: WARM_UP } : {};
  const first = await fitCodes(matrix, { estimator: DEC, params, ...drawn }, control);
  const { centroids: data, cols } = first.clusters;
  const refined = await refineCodes(
    matrix,
    { estimator: DEC, coder: first.coder, centres: { data, k, cols }, params },
    { ...control, random: control.random.split('clusters') },
  );
  const { coder, rounds, converged } = refined;
  const codes = await codesOf(coder, matrix, control);
  checkCodes(DEC, codes, Math.min(2, k));
  const centres = Float64Array.from(refined.centres.data);
  const labels = likeliest(softAssignments(squaredDistances(codes, { data: centres, k, cols }), k), k);
  const sizes = labelSizes(labels, k);
  checkClusters(DEC, sizes);
  const { loss, epochs } = first;
  return { version: 1, coder, k, centres, sizes, rounds, converged, loss, epochs, labels };
}

/** Where rows stand among the clusters: n × k values each, row-major. */
export interface DecPlaces {
  /** How much a row belongs to each cluster; a row sums to 1. */
  readonly shares: Float64Array;
  /** Of its code to the centres, in units of the codes. */
  readonly distances: Float64Array;
}

/**
 * How much every row belongs to each cluster, and how far it is. A row's answer does not depend on the rows beside it.
 *
 * Shape   matrix: n × the training columns
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
export async function decPlaces(
  { coder, k, centres: data }: DecState,
  matrix: Matrix,
  control: ComputeControl = {},
): Promise<DecPlaces> {
  const codes = await codesOf(coder, matrix, control);
  const squared = squaredDistances(codes, { data, k, cols: codes.cols });
  return { shares: softAssignments(squared, k), distances: squared.map(Math.sqrt) };
}

async function predict(fitted: DecState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  return likeliest((await decPlaces(fitted, matrix, control)).shares, fitted.k);
}

/** Deep embedded clustering as an estimator: see `fit` for what it promises. */
export const dec = {
  name: DEC,
  defaults: decDefaults,
  limits: decLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: decToJson,
  fromJson: decFromJson,
} satisfies Estimator<DecParams, DecState>;
