import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  mlErrors,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';
import { transitionsDefaults, transitionsLimits, type TransitionsParams } from './transitions.params';
import { transitionsFromJson, transitionsToJson, type TransitionsState } from './transitions.state';

const NAME = 'transitions';

/** What `fit` answers: the state, and the cluster of every training row. */
export interface FittedTransitions extends TransitionsState {
  readonly labels: Uint16Array;
}

/** Refuses what is no table of steps. Throws ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE. */
function checkSteps(matrix: Matrix): number {
  checkMatrix(matrix);
  const events = Math.sqrt(matrix.cols);
  if (!Number.isInteger(events)) {
    const expected = 'the square of the number of events';
    throw mlErrors.ML_SHAPE({ what: 'columns', expected, got: `${matrix.cols}` });
  }
  const at = matrix.data.findIndex((value) => value < 0);
  if (at < 0) return events;
  throw latentErrors.LATENT_NEGATIVE({ estimator: NAME, row: Math.floor(at / matrix.cols), column: at % matrix.cols });
}

/**
 * The roots of each person's shares of steps, smoothed towards the average person: their squared distance is twice the squared
 * Hellinger distance, which frequent steps do not drown.
 */
function features(
  { data, rows, cols }: Matrix,
  { average, smoothing }: Pick<TransitionsState, 'average' | 'smoothing'>,
): Matrix {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i += 1) {
    let steps = 0;
    for (let j = 0; j < cols; j += 1) steps += data[i * cols + j] as number;
    for (let j = 0; j < cols; j += 1) {
      const share = ((data[i * cols + j] as number) + smoothing * (average[j] as number)) / (steps + smoothing);
      out[i * cols + j] = Math.sqrt(share);
    }
  }
  return { data: out, rows, cols };
}

/** Shares of all steps, over all rows. Throws LATENT_EMPTY when nobody took a step. */
function averageOf({ data, cols }: Matrix): Float64Array {
  const sums = new Float64Array(cols);
  data.forEach((value, at) => {
    sums[at % cols] = (sums[at % cols] as number) + value;
  });
  const total = sums.reduce((sum, value) => sum + value, 0);
  if (total === 0) throw latentErrors.LATENT_EMPTY({ estimator: NAME, problem: 'nobody has two events' });
  return sums.map((value) => value / total);
}

function chainsOf({ data, cols }: Matrix, labels: ArrayLike<number>, k: number): Float64Array {
  const chains = new Float64Array(k * cols);
  data.forEach((value, at) => {
    const to = (labels[Math.floor(at / cols)] as number) * cols + (at % cols);
    chains[to] = (chains[to] as number) + value;
  });
  const events = Math.sqrt(cols);
  for (let from = 0; from < chains.length; from += events) {
    const row = chains.subarray(from, from + events);
    const sum = row.reduce((total, value) => total + value, 0);
    if (sum > 0) row.forEach((value, j) => (row[j] = value / sum));
  }
  return chains;
}

/**
 * Clusters people by the order of their events: from which event they go to which, as shares of their steps.
 *
 * Shape   matrix: n × events² counts of steps, as `transitionCounts` makes them; answers n labels in 0..k-1 and each cluster's
 *         Markov matrix. A person without steps is the average person and goes where that one goes
 * Ties    as in k-means
 * Cost    that of k-means over events² columns
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE, LATENT_EMPTY, ML_TOO_FEW_ROWS (fewer different persons than k),
 *         ML_CANCELLED
 */
async function fit(matrix: Matrix, params: TransitionsParams, control: FitControl): Promise<FittedTransitions> {
  checkParams(NAME, params, transitionsLimits);
  const events = checkSteps(matrix);
  const { k, smoothing, restarts } = params;
  if (matrix.rows < k) {
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: `${NAME} with k = ${k}`, needed: k, rows: matrix.rows });
  }
  await breathe(control);
  const average = averageOf(matrix);
  const start = { method: 'k-means++', restarts } as const;
  const table = features(matrix, { average, smoothing });
  const { labels, ...partition } = await kmeans.fit(table, { ...kmeansDefaults, k, start }, control);
  const chains = chainsOf(matrix, labels, k);
  return { version: 1, k, events, smoothing, average, chains, partition, sizes: partition.sizes, labels };
}

/** The cluster of every person by their steps. Throws ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE, ML_CANCELLED. */
async function predict(fitted: TransitionsState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  return kmeans.predict(fitted.partition, transitionFeatures(fitted, matrix), control);
}

/**
 * The space that people are clustered in: the roots of their smoothed shares of steps.
 *
 * Shape   matrix: m × events² counts of steps; answers as many
 * Throws  ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE
 */
export function transitionFeatures(fitted: TransitionsState, matrix: Matrix): Matrix {
  checkWidth(fitted.events ** 2, matrix);
  checkSteps(matrix);
  return features(matrix, fitted);
}

/** Clusters of event sequences as an estimator: see `fit` for what it promises. */
export const transitions = {
  name: NAME,
  defaults: transitionsDefaults,
  limits: transitionsLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: transitionsToJson,
  fromJson: transitionsFromJson,
} satisfies Estimator<TransitionsParams, TransitionsState>;
