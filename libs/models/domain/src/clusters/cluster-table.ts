import type { ClusterSheet, ClusteringCard, JobControl } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import {
  applyScaling,
  chooseK,
  chooseKDefaults,
  fitScaling,
  kmeans,
  kmeansDefaults,
  type ClusteringWarning,
  type FittedKmeans,
  type KChoice,
  type ScalingMode,
} from '@kohort/ml-clustering';
import { poolOf, type ComputeControl, type KernelPool, type Matrix, type WideMatrix } from '@kohort/ml-core';
import { silhouette, type Silhouette } from '@kohort/ml-metrics';
import { clusterErrors } from './cluster-errors';
import { placeRows, type ClusterAssignment, type ClusterModel } from './cluster-model';
import type { PlaybookRule } from './playbook';
import { clusterProfileSheets } from './profile-sheets';

/** A table of people: row i of the matrix belongs to `ids[i]`. */
export interface ClusterTableInput {
  readonly featureNames: readonly string[];
  /** n×d in the features' own units. */
  readonly matrix: Matrix | WideMatrix;
  readonly ids: readonly string[];
}

/** How to cluster it. */
export interface ClusterTableParams {
  readonly algorithm: 'kmeans';
  readonly k: number | 'auto';
  readonly seed: number;
  readonly scaling: ScalingMode;
  /** k-means starts; when left out 10 to 100, more for small tables (3 beyond 200,000 rows). */
  readonly nInit?: number;
  /** What a NaN means: refuse it (default) or put the column's median in its place. */
  readonly missing?: 'refuse' | 'median';
  /** See ProfileSheetInput. */
  readonly valueColumn?: string | null;
  readonly playbook?: readonly PlaybookRule[];
}

/** Cancel, progress and threads of a clustering. */
export interface ClusterControl extends JobControl {
  readonly pool?: KernelPool;
}

export interface ClusterMetrics {
  readonly k: number;
  /** In the squared units of the scaled space. */
  readonly inertia: number;
  /** null when every row is a cluster of its own. */
  readonly silhouette: number | null;
  readonly sizes: readonly number[];
}

/** A clustered table. Labels 0..k-1 by falling size; of equal sizes the cluster of the earlier row comes first. */
export interface ClusterTableResult extends ClusterAssignment {
  readonly metrics: ClusterMetrics;
  readonly silhouetteMethod: Silhouette['method'] | null;
  readonly model: ClusterModel;
  /** The table behind the choice; null when k was given. */
  readonly choice: KChoice | null;
  /** Sheet c belongs to label c. */
  readonly sheets: readonly ClusterSheet[];
  readonly warnings: readonly ClusteringWarning[];
  /** k-means starts that were made. */
  readonly nInit: number;
}

/** Pairs × columns up to which the silhouette is exact: some seconds on one thread. */
const EXACT_SILHOUETTE_WORK = 6e10;
/** Multiply-adds that extra starts of a small table may cost: about a tenth of a second. */
const EXTRA_STARTS_WORK = 1.5e7;
/** Share of the rows below which a cluster is called out. */
const SMALL_CLUSTER = 0.01;
const MOST_K = 1000;

function startsFor(nInit: number | undefined, matrix: Matrix, k: number): number {
  if (nInit !== undefined) return nInit;
  if (matrix.rows > 200_000) return 3;
  return Math.min(100, Math.max(10, Math.round(EXTRA_STARTS_WORK / (matrix.data.length * k))));
}

function checkParams({ algorithm, k, nInit, seed }: ClusterTableParams): void {
  const bad = (parameter: string, must: string) => clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter, must });
  if (algorithm !== 'kmeans') throw bad('algorithm', 'kmeans');
  if (k !== 'auto' && !(Number.isInteger(k) && k >= 2 && k <= MOST_K)) {
    throw bad('k', `auto or a whole number from 2 to ${MOST_K}`);
  }
  if (!Number.isSafeInteger(seed)) throw bad('seed', 'a whole number');
  if (nInit !== undefined && !(Number.isInteger(nInit) && nInit >= 1 && nInit <= 1000)) {
    throw bad('nInit', 'a whole number from 1 to 1000');
  }
}

/** Place of each cluster in falling order of size; of equal sizes the one whose first row comes earlier. */
function orderBySize({ labels, sizes }: FittedKmeans): number[] {
  const firstRow = sizes.map(() => Infinity);
  labels.forEach((label, row) => {
    firstRow[label] = Math.min(firstRow[label] ?? Infinity, row);
  });
  const sorted = [...sizes.keys()].sort(
    (a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || (firstRow[a] ?? 0) - (firstRow[b] ?? 0),
  );
  const place = new Array<number>(sizes.length).fill(0);
  sorted.forEach((cluster, at) => {
    place[cluster] = at;
  });
  return place;
}

async function measureSilhouette(
  scaled: Matrix,
  { labels, k }: FittedKmeans,
  control: ComputeControl & { seed: number },
): Promise<{ found: Silhouette | null; warnings: ClusteringWarning[] }> {
  if (k > scaled.rows - 1) {
    const message = 'Every row is a cluster of its own: the silhouette is not defined.';
    return { found: null, warnings: [{ code: 'SILHOUETTE_UNDEFINED', message }] };
  }
  const exactRows = Math.floor(Math.sqrt(EXACT_SILHOUETTE_WORK / (scaled.cols + 4)));
  const options = { ...control, exactRows, random: seededRandom(control.seed).split('silhouette') };
  const found = await silhouette(scaled, labels, options);
  if (found.method === 'exact') return { found, warnings: [] };
  const message = `The silhouette is an estimate from ${found.rowsUsed.toLocaleString('en-GB')} sampled rows.`;
  return { found, warnings: [{ code: 'SILHOUETTE_SAMPLED', message }] };
}

function warningsOfFit({ converged, iterations, sizes }: FittedKmeans, rows: number): ClusteringWarning[] {
  const warnings: ClusteringWarning[] = [];
  if (!converged) {
    warnings.push({ code: 'NOT_CONVERGED', message: `k-means stopped after ${iterations} rounds before it settled.` });
  }
  const smallest = Math.min(...sizes);
  if (smallest < SMALL_CLUSTER * rows) {
    const message = `The smallest cluster holds ${smallest} of ${rows} rows: it may be outliers rather than a group.`;
    warnings.push({ code: 'SMALL_CLUSTER', message });
  }
  return warnings;
}

/**
 * Clusters a table and describes the clusters: the core of `kohort cluster` and of the clustering worker.
 *
 * Shape   input.matrix: n×d, ids: n; returns n labels 0..k-1 by falling size, k sheets
 * Units   distances and inertia in the scaled space; with scaling `none` that is the table's own
 * Cost    scaling, the choice of k (see chooseK), nInit k-means fits, one silhouette, a few passes for the sheets
 * Throws  kind invalid-input: CLUSTERS_BAD_PARAMETER, ML_SHAPE, ML_NOT_FINITE; kind unsuitable-data: ML_TOO_FEW_ROWS
 *         (fewer rows or distinct rows than k, all columns constant), ML_TOO_LARGE; ML_CANCELLED
 */
export async function clusterTable(
  input: ClusterTableInput,
  params: ClusterTableParams,
  given: ClusterControl = {},
): Promise<ClusterTableResult> {
  checkParams(params);
  const control = { ...given, pool: poolOf(given) };
  const { featureNames, matrix, ids } = input;
  if (ids.length !== matrix.rows) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'ids', must: `${matrix.rows} ids, one a row` });
  }
  const random = seededRandom(params.seed);
  const { scaling, warnings } = fitScaling(matrix, featureNames, {
    mode: params.scaling,
    missing: params.missing ?? 'refuse',
  });
  const scaled = applyScaling(scaling, matrix);
  const choice =
    params.k === 'auto' ? await chooseK(scaled, chooseKDefaults, { ...control, random: random.split('k') }) : null;
  const k = choice ? choice.k : params.k === 'auto' ? 2 : params.k;
  const nInit = startsFor(params.nInit, scaled, k);
  const fitParams = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: nInit } as const };
  const fitted = await kmeans.fit(scaled, fitParams, { ...control, random: random.split('fit') });
  const { found, warnings: ofSilhouette } = await measureSilhouette(scaled, fitted, { ...control, seed: params.seed });
  const { labels: own, ...state } = fitted;
  const order = orderBySize(fitted);
  const model: ClusterModel = { version: 1, algorithm: 'kmeans', featureNames, scaling, kmeans: state, order };
  const placed = placeRows(model, scaled, own);
  const sizes = [...fitted.sizes].sort((a, b) => b - a);
  const { valueColumn, playbook } = params;
  const sheets = clusterProfileSheets({ featureNames, matrix, labels: placed.labels, k, valueColumn, playbook });
  return {
    ...placed,
    metrics: { k, inertia: fitted.inertia, silhouette: found?.value ?? null, sizes },
    silhouetteMethod: found?.method ?? null,
    model,
    choice,
    sheets,
    warnings: [...warnings, ...(choice?.warnings ?? []), ...warningsOfFit(fitted, matrix.rows), ...ofSilhouette],
    nInit,
  };
}

/** The card of a clustering, as a model version keeps it. */
export function clusteringCard(
  { featureNames, matrix }: ClusterTableInput,
  result: ClusterTableResult,
  seed: number,
): ClusteringCard {
  const { metrics, choice, sheets, warnings } = result;
  return {
    kind: 'clustering',
    algorithm: 'kmeans',
    rows: matrix.rows,
    features: [...featureNames],
    k: metrics.k,
    silhouette: metrics.silhouette,
    inertia: metrics.inertia,
    choice: (choice?.table ?? []).map(({ k, inertia, silhouette: value, stability }) => ({
      k,
      inertia,
      silhouette: value,
      stability,
      chosen: k === metrics.k,
    })),
    reasons: choice ? [...choice.reasons] : [`${metrics.k} clusters were asked for.`],
    clusters: [...sheets],
    warnings: warnings.map(({ message }) => message),
    seed,
  };
}
