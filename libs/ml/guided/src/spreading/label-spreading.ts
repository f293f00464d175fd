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
import {
  largestShares,
  nearestRows,
  neighbourGraph,
  radialGraph,
  squaredDistance,
  type WeightedGraph,
} from '@kohort/ml-latent';
import { guidedErrors } from '../guided-errors';
import {
  affinityLimits,
  labelSpreadingDefaults,
  labelSpreadingLimits,
  type LabelSpreadingParams,
} from './label-spreading.params';
import { labelSpreadingFromJson, labelSpreadingToJson, type LabelSpreadingState } from './label-spreading.state';

const NAME = 'label-spreading';
/** Rows beyond which the graph would take minutes: a sample is fitted and the rest predicted. */
const MOST_ROWS = 20_000;
const ROWS_A_BREATH = 200;

/** Rows, and the label of some of them. */
export interface LabelledRows {
  readonly matrix: Matrix;
  /** One a row: 0, 1, … or −1 when unknown. */
  readonly labels: ArrayLike<number>;
}

/** What `fit` answers: the state, and the label of every training row (−1 where none reached it). */
export interface FittedLabelSpreading extends LabelSpreadingState {
  readonly labels: Int32Array;
}

function labelCount({ matrix, labels }: LabelledRows): number {
  const list = Array.from(labels);
  const wrong = list.find((label) => !Number.isInteger(label) || label < -1 || label > 4095);
  if (list.length !== matrix.rows || wrong !== undefined) {
    const got = wrong === undefined ? `${list.length} of them` : `${wrong}`;
    throw guidedErrors.GUIDED_SEEDS({ expected: `${matrix.rows} labels from -1 to 4095`, got });
  }
  const most = list.reduce((max, label) => Math.max(max, label), -1);
  if (most < 0) throw guidedErrors.GUIDED_SEEDS({ expected: 'at least one known label', got: 'none' });
  return most + 1;
}

/** Weights over the roots of both rows' degrees. */
function normalised({ n, starts, others, weights }: WeightedGraph): Float64Array {
  const roots = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) sum += weights[at] as number;
    return sum > 0 ? Math.sqrt(sum) : 1;
  });
  const out = new Float64Array(weights.length);
  for (let i = 0; i < n; i += 1) {
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) {
      out[at] = (weights[at] as number) / ((roots[i] as number) * (roots[others[at] as number] as number));
    }
  }
  return out;
}

/** Shares of one, row by row; a row of zeros stays one. */
function asShares(beliefs: Float64Array, k: number): Float64Array {
  const out = Float64Array.from(beliefs);
  for (let from = 0; from < out.length; from += k) {
    const row = out.subarray(from, from + k);
    const sum = row.reduce((total, value) => total + value, 0);
    if (sum > 0) row.forEach((value, c) => (row[c] = value / sum));
  }
  return out;
}

async function spread(
  graph: WeightedGraph,
  { own, k, params }: { own: Float64Array; k: number; params: LabelSpreadingParams },
  control: FitControl,
): Promise<{ beliefs: Float64Array; iterations: number; converged: boolean }> {
  const { n, starts, others } = graph;
  const weights = normalised(graph);
  const { clamping, maxIterations, tolerance } = params;
  let beliefs = Float64Array.from(own);
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    iterations += 1;
    const next = own.map((value) => (1 - clamping) * value);
    for (let i = 0; i < n; i += 1) {
      for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) {
        const weight = clamping * (weights[at] as number);
        const from = (others[at] as number) * k;
        for (let c = 0; c < k; c += 1)
          next[i * k + c] = (next[i * k + c] as number) + weight * (beliefs[from + c] as number);
      }
    }
    const change = next.reduce((sum, value, at) => sum + Math.abs(value - (beliefs[at] as number)), 0);
    converged = change < tolerance;
    beliefs = next;
    control.onProgress?.({ phase: 'spreading labels', done: iterations, total: maxIterations });
    await breathe(control);
  }
  return { beliefs: asShares(beliefs, k), iterations, converged };
}

function checkFit({ matrix }: LabelledRows, params: LabelSpreadingParams): void {
  checkParams(NAME, params, labelSpreadingLimits);
  const { affinity } = params;
  if (affinity.method === 'neighbours') checkParams(NAME, affinity, affinityLimits.neighbours);
  else checkParams(NAME, affinity, affinityLimits.radial);
  checkMatrix(matrix);
  if (matrix.rows < 2) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: NAME, needed: 2, rows: matrix.rows });
  if (matrix.rows > MOST_ROWS) {
    throw mlErrors.ML_SHAPE({
      what: 'rows',
      expected: `at most ${MOST_ROWS}: fit a sample, predict the rest`,
      got: `${matrix.rows}`,
    });
  }
}

/**
 * Spreads the labels of a few rows to all others along the graph of near rows.
 *
 * Shape   matrix: n×d, finite, n up to 20,000; labels: n values of −1..; answers n labels, −1 where none reached
 * Ties    the lowest label wins
 * Cost    O(n²·d) for the graph, O(edges·k) a round
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, GUIDED_SEEDS, ML_CANCELLED
 * Source  Zhou et al. 2004; held to scikit-learn by reference/label-spreading.golden.json
 */
async function fit(
  training: LabelledRows,
  params: LabelSpreadingParams,
  control: FitControl,
): Promise<FittedLabelSpreading> {
  checkFit(training, params);
  const k = labelCount(training);
  await breathe(control);
  const { matrix, labels } = training;
  const { affinity } = params;
  const graph =
    affinity.method === 'neighbours'
      ? await neighbourGraph(matrix, affinity.neighbours, control)
      : await radialGraph(matrix, affinity.gamma, control);
  const own = new Float64Array(matrix.rows * k);
  for (let i = 0; i < matrix.rows; i += 1) if ((labels[i] as number) >= 0) own[i * k + (labels[i] as number)] = 1;
  const found = await spread(graph, { own, k, params }, control);
  const state = { version: 1, k, cols: matrix.cols, affinity, rows: Float32Array.from(matrix.data), ...found } as const;
  return { ...state, labels: largestShares(found.beliefs, k) };
}

/**
 * What is believed of rows by the training rows near them.
 *
 * Shape   matrix: m × the training columns; answers m × k shares of one
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
 */
export async function spreadBeliefs(
  fitted: LabelSpreadingState,
  matrix: Matrix,
  control: ComputeControl = {},
): Promise<Float64Array> {
  const { k, cols, affinity, rows, beliefs } = fitted;
  checkWidth(cols, matrix);
  checkMatrix(matrix);
  const base: Matrix = { data: rows, rows: rows.length / cols, cols };
  const out = new Float64Array(matrix.rows * k);
  const add = (i: number, j: number, weight: number): void => {
    for (let c = 0; c < k; c += 1)
      out[i * k + c] = (out[i * k + c] as number) + weight * (beliefs[j * k + c] as number);
  };
  if (affinity.method === 'neighbours') {
    const count = Math.min(affinity.neighbours, base.rows);
    (await nearestRows({ matrix, base, count }, control)).forEach((j, at) => add(Math.floor(at / count), j, 1));
    return asShares(out, k);
  }
  for (let i = 0; i < matrix.rows; i += 1) {
    for (let j = 0; j < base.rows; j += 1) add(i, j, Math.exp(-affinity.gamma * squaredDistance(matrix, i, base, j)));
    if (i % ROWS_A_BREATH === ROWS_A_BREATH - 1) await breathe(control);
  }
  return asShares(out, k);
}

/** The strongest belief of every row, −1 where nothing is believed. Throws as spreadBeliefs. */
async function predict(fitted: LabelSpreadingState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  return largestShares(await spreadBeliefs(fitted, matrix, control), fitted.k);
}

/** Label spreading as an estimator: see `fit` for what it promises. */
export const labelSpreading = {
  name: NAME,
  defaults: labelSpreadingDefaults,
  limits: labelSpreadingLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: labelSpreadingToJson,
  fromJson: labelSpreadingFromJson,
} satisfies Estimator<LabelSpreadingParams, LabelSpreadingState, LabelledRows>;
