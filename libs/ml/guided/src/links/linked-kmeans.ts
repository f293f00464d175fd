import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import {
  breathe,
  checkMatrix,
  checkParams,
  columnMeans,
  mlErrors,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { guidedErrors } from '../guided-errors';
import { groupSums, guidedRounds, type Guidance, type GuidedEnd } from '../guided-rounds';
import { partitionOf, requireRows, stateForm, type GuidedState } from '../partition-state';
import { linkGroups, type Link } from './link-groups';
import { linkedKmeansDefaults, linkedKmeansLimits, type LinkedKmeansParams } from './linked-kmeans.params';

const NAME = 'linked-kmeans';
const form = stateForm(NAME);

/** Rows, and which of them belong together or apart. */
export interface LinkedRows {
  readonly matrix: Matrix;
  readonly mustLink: readonly Link[];
  readonly cannotLink: readonly Link[];
}

/** What `fit` answers: the state, each training row's cluster, and the links that could not be kept. */
export interface FittedLinkedKmeans extends GuidedState {
  readonly labels: Uint16Array;
  /** Cannot-links whose rows share a cluster; always empty when they are required. */
  readonly broken: readonly Link[];
}

/** A start's centroids by k-means over the rows as if there were no links. */
async function startCentroids(matrix: Matrix, [k, origin]: readonly [number, Float64Array], control: FitControl) {
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: 1 } as const };
  const { centroids } = await kmeans.fit(matrix, params, control);
  return centroids.map((value, at) => value - (origin[at % matrix.cols] as number));
}

/** Fewer broken links first where they must hold, then the cost of all. */
function isBetter(one: GuidedEnd, other: GuidedEnd, penalty: number): boolean {
  if (penalty === Infinity && one.broken.length !== other.broken.length) return one.broken.length < other.broken.length;
  const cost = ({ inertia, broken }: GuidedEnd): number =>
    inertia + (penalty === Infinity ? 0 : penalty * broken.length);
  return cost(one) < cost(other);
}

function guidanceOf({ matrix, mustLink, cannotLink }: LinkedRows, params: LinkedKmeansParams, origin: Float64Array) {
  const links = linkGroups(matrix.rows, mustLink, cannotLink);
  if (links.groups < params.k) {
    const estimator = `${NAME} with k = ${params.k}`;
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: params.k, of: 'groups of linked rows', rows: links.groups });
  }
  const sums = groupSums(matrix, links, origin);
  const spread = sums.squares / matrix.rows;
  const penalty = params.cannotLinks === 'required' ? Infinity : params.penalty * spread;
  const guidance: Guidance = { ...links, fixed: new Int32Array(links.groups).fill(-1), penalty };
  return { guidance, sums };
}

/**
 * k-means that heeds links: rows that must be together move as one, rows that must not be together are kept apart or pay.
 *
 * Shape   matrix: n×d, finite; links: pairs of row numbers; answers n labels in 0..k-1
 * Ties    the lowest cluster wins
 * Cost    O(restarts·rounds·groups·k·d)
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, GUIDED_LINKS, GUIDED_LINKS_CONFLICT (a link forbids what others
 *         demand), GUIDED_UNSATISFIABLE (required links that no start could keep), ML_CANCELLED
 * Source  Wagstaff et al. 2001 (COP-k-means) when required, Basu, Banerjee & Mooney 2004 (PCK-means) when preferred
 */
async function fit(training: LinkedRows, params: LinkedKmeansParams, control: FitControl): Promise<FittedLinkedKmeans> {
  checkParams(NAME, params, linkedKmeansLimits);
  const { matrix, cannotLink } = training;
  checkMatrix(matrix);
  requireRows(NAME, matrix, params.k);
  await breathe(control);
  const origin = columnMeans(matrix).map(Math.fround);
  const { guidance, sums } = guidanceOf(training, params, origin);
  let best: GuidedEnd | undefined;
  for (let at = 0; at < params.restarts; at += 1) {
    const { signal, pool, random } = control;
    const start = await startCentroids(matrix, [params.k, origin], { signal, pool, random: random.split(at) });
    const end = await guidedRounds({ sums, guidance, start, maxIterations: params.maxIterations }, control);
    if (!best || isBetter(end, best, guidance.penalty)) best = end;
    control.onProgress?.({ phase: 'fitting linked clusters', done: at + 1, total: params.restarts });
  }
  if (!best) throw mlErrors.ML_PARAM({ estimator: NAME, parameter: 'restarts', must: 'at least 1' });
  const groups = best.labels;
  const labels = Uint16Array.from(guidance.of, (group) => groups[group] as number);
  const broken = cannotLink.filter(([a, b]) => labels[a] === labels[b]);
  const [first] = broken;
  if (params.cannotLinks === 'required' && first) {
    throw guidedErrors.GUIDED_UNSATISFIABLE({ k: params.k, unkept: broken.length, first: first[0], second: first[1] });
  }
  return { version: 1, partition: partitionOf(best, origin, labels), labels, broken };
}

/** The nearest centroid of every row: links speak of training rows alone. Throws as k-means. */
async function predict(fitted: GuidedState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  return kmeans.predict(fitted.partition, matrix, control);
}

/** k-means under links as an estimator: see `fit` for what it promises. */
export const linkedKmeans = {
  name: NAME,
  defaults: linkedKmeansDefaults,
  limits: linkedKmeansLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  ...form,
} satisfies Estimator<LinkedKmeansParams, GuidedState, LinkedRows>;
