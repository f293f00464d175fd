import type { ClusterSheet, JobControl } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import {
  OUTLIER_FROM,
  clusteringAlgorithm,
  clusteringModel,
  kmeansStarts,
  type ClusteringAlgorithm,
  type FittedClustering,
} from '@kohort/ml-algorithms';
import {
  applyScaling,
  fitScaling,
  type ClusteringWarning,
  type KChoice,
  type ScalingMode,
  type SweepMemory,
} from '@kohort/ml-clustering';
import { poolOf, takeRows, type ComputeControl, type KernelPool, type Matrix, type WideMatrix } from '@kohort/ml-core';
import { clusterMeans, silhouette, type Silhouette } from '@kohort/ml-metrics';
import { commonCodes, spreadWords, type CategoryWords, type CodeColumn } from './category-words';
import { chooseClusters, type KWish } from './choose-clusters';
import { checkClusterParams, codeColumns, fitSettings } from './cluster-settings';
import { namedUnkept, type RowLinks } from './known-rows';
import { centreDistances, type ClusterAssignment, type ClusterModel } from './cluster-model';
import type { PlaybookRule } from './playbook';
import { clusterProfileSheets } from './profile-sheets';

/** A table of people: row i of the matrix belongs to `ids[i]`. */
export interface ClusterTableInput {
  readonly featureNames: readonly string[];
  /** n×d in the features' own units; category codes in columns of `categories`. */
  readonly matrix: Matrix | WideMatrix;
  readonly ids: readonly string[];
  /** Features that hold codes of words. */
  readonly categories?: readonly CategoryWords[];
  /** The known class of each row, null for unknown. */
  readonly seeds?: readonly (string | null)[];
  /** Rows that belong together, and rows that must not. */
  readonly links?: RowLinks;
  /** What rows are called where links are refused, such as lines of a file; their ids when left out. */
  readonly rowNames?: readonly string[];
}

/** How to cluster it. */
export interface ClusterTableParams {
  /** A name of the registry. */
  readonly algorithm: string;
  /** `auto`: chosen, or left to the algorithm where it finds the number itself. */
  readonly k: KWish;
  /** The algorithm's own parameters by name; what is left out takes its default. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Weight of features by name, 1 where none is given; 0 leaves one out of all distances. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Fewest and most rows of a cluster. */
  readonly sizes?: { readonly min?: number; readonly max?: number };
  /** A choice of k made before, by chooseTableK of the same table and settings: it is not made again. */
  readonly choice?: KChoice | null;
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
  /** Squared distances of rows to their clusters' centres, in the scaled space. */
  readonly inertia: number;
  /** null when every row is a cluster of its own, or all are one. */
  readonly silhouette: number | null;
  readonly sizes: readonly number[];
  /** Rows in no cluster. */
  readonly noise: number;
  /** Rows of the outlier group: in no cluster, or far out in their own. */
  readonly outliers: number;
}

/** A clustered table. Labels 0..k-1 by falling size; of equal sizes the cluster of the earlier row comes first. */
export interface ClusterTableResult extends ClusterAssignment {
  readonly algorithm: ClusteringAlgorithm;
  readonly metrics: ClusterMetrics;
  readonly silhouetteMethod: Silhouette['method'] | null;
  readonly model: ClusterModel;
  /** The table behind the choice; null when k was given or found by the algorithm. */
  readonly choice: KChoice | null;
  /** Sheet c belongs to label c. */
  readonly sheets: readonly ClusterSheet[];
  readonly warnings: readonly ClusteringWarning[];
  /** k-means starts that were made; null for other algorithms. */
  readonly nInit: number | null;
}

/** Pairs × columns up to which the silhouette is exact: some seconds on one thread. */
const EXACT_SILHOUETTE_WORK = 6e10;
/** Share of the rows below which a cluster is called out. */
const SMALL_CLUSTER = 0.01;

const count = (n: number): string => n.toLocaleString('en-GB');

/** The silhouette of the rows that are in clusters. */
async function measureSilhouette(
  scaled: Matrix,
  { labels, k, noise }: FittedClustering,
  control: ComputeControl & { seed: number },
): Promise<{ found: Silhouette | null; warnings: ClusteringWarning[] }> {
  const placed = noise === 0 ? null : [...labels.keys()].filter((i) => (labels[i] as number) >= 0);
  const rows = placed ? takeRows(scaled, placed) : scaled;
  if (k >= rows.rows || k < 2) {
    const message =
      k < 2
        ? `The silhouette is not defined: the algorithm found ${k === 0 ? 'no cluster' : 'one cluster'}.`
        : 'The silhouette is not defined: every row is a cluster of its own.';
    return { found: null, warnings: [{ code: 'SILHOUETTE_UNDEFINED', message }] };
  }
  const own = placed ? Int32Array.from(placed, (i) => labels[i] as number) : labels;
  const exactRows = Math.floor(Math.sqrt(EXACT_SILHOUETTE_WORK / scaled.cols));
  const options = { ...control, exactRows, random: seededRandom(control.seed).split('silhouette') };
  const found = await silhouette(rows, own, options);
  if (found.method === 'exact') return { found, warnings: [] };
  const message = `The silhouette is an estimate from ${count(found.rowsUsed)} sampled rows.`;
  return { found, warnings: [{ code: 'SILHOUETTE_SAMPLED', message }] };
}

function warningsOfFit({ notes, sizes, noise, labels }: FittedClustering): ClusteringWarning[] {
  const rows = labels.length;
  const warnings: ClusteringWarning[] = notes.map((message) => ({ code: 'FIT_NOTE', message }));
  if (noise > 0) {
    const share = ((100 * noise) / rows).toFixed(1);
    warnings.push({ code: 'NOISE', message: `${count(noise)} of ${count(rows)} rows (${share} %) are in no cluster.` });
  }
  const smallest = Math.min(...sizes);
  if (smallest < SMALL_CLUSTER * rows) {
    const message = `The smallest cluster holds ${smallest} of ${rows} rows: it may be outliers rather than a group.`;
    warnings.push({ code: 'SMALL_CLUSTER', message });
  }
  return warnings;
}

/** The table in the space where distances are taken. Counts stay what they are. */
function scaleTable(
  { featureNames, matrix, categories = [] }: ClusterTableInput,
  algorithm: ClusteringAlgorithm,
  params: ClusterTableParams,
) {
  const mode = algorithm.input === 'counts' ? 'raw' : params.scaling;
  const { scaling, warnings } = fitScaling(matrix, featureNames, {
    ...{ mode, missing: params.missing ?? 'refuse' },
    categories: categories.map(({ feature }) => feature),
  });
  const own: ClusteringWarning[] =
    mode === params.scaling || params.scaling === 'none'
      ? []
      : [{ code: 'FIT_NOTE', message: `${algorithm.title} takes counts as they are: columns were not scaled.` }];
  return { scaling, scaled: applyScaling(scaling, matrix), warnings: [...warnings, ...own] };
}

/** Centres: means, and of words the most frequent. */
function measured(scaled: Matrix, fitted: FittedClustering, codes: readonly CodeColumn[]) {
  const { labels, k } = fitted;
  const centres = clusterMeans(scaled, labels, k);
  for (const { at } of codes) {
    commonCodes(scaled, { labels, k, at }).forEach((code, c) => (centres[c * scaled.cols + at] = code));
  }
  const distances = centreDistances({ centres, codes: codes.map(({ at }) => at) }, scaled, labels);
  let inertia = 0;
  for (const distance of distances) if (!Number.isNaN(distance)) inertia += distance * distance;
  let outliers = 0;
  for (const score of fitted.outlierScore) if (score >= OUTLIER_FROM) outliers += 1;
  return { centres, distances, inertia, outliers };
}

/**
 * The choice of k alone: what a long run keeps between its two halves; what it knows of some k already is not computed again.
 * Null where k was given or the algorithm finds it.
 *
 * Throws  as clusterTable
 */
export async function chooseTableK(
  input: ClusterTableInput,
  params: ClusterTableParams,
  given: ClusterControl & SweepMemory = {},
): Promise<KChoice | null> {
  const algorithm = clusteringAlgorithm(params.algorithm);
  checkClusterParams(params, input);
  const { scaling, scaled } = scaleTable(input, algorithm, params);
  const settings = fitSettings(input, params, scaling);
  const codes = codeColumns(input, scaling);
  const random = seededRandom(params.seed).split('k');
  const control = { ...given, pool: poolOf(given), random };
  return (await chooseClusters({ scaled, algorithm, settings, codes, wish: params.k }, control)).choice;
}

/**
 * Clusters a table and describes the clusters: the core of `kohort cluster` and of the clustering worker.
 *
 * Shape   input.matrix: n×d, ids: n; returns n labels 0..k-1 by falling size (-1 in none), k sheets
 * Units   distances and inertia in the scaled space; with scaling `none` that is the table's own
 * Cost    scaling, the choice of k (see chooseClusters), one fit, one silhouette, a few passes for the sheets
 * Throws  kind invalid-input: CLUSTERS_BAD_PARAMETER, ALGORITHM_UNKNOWN, ALGORITHM_PARAM…, ALGORITHM_SETTING, ML_SHAPE,
 *         ML_NOT_FINITE; kind unsuitable-data: ML_TOO_FEW_ROWS (fewer rows or distinct rows than k, all columns constant),
 *         ML_UNSATISFIABLE, CLUSTERS_LINKS_CONFLICT, CLUSTERS_LINKS_UNKEPT, ALGORITHM_TOO_WIDE, ML_TOO_LARGE; ML_CANCELLED
 */
export async function clusterTable(
  input: ClusterTableInput,
  params: ClusterTableParams,
  given: ClusterControl = {},
): Promise<ClusterTableResult> {
  const algorithm = clusteringAlgorithm(params.algorithm);
  checkClusterParams(params, input);
  const control = { ...given, pool: poolOf(given) };
  const random = seededRandom(params.seed);
  const { scaling, scaled, warnings } = scaleTable(input, algorithm, params);
  const settings = fitSettings(input, params, scaling);
  const codes = codeColumns(input, scaling);
  const { k: chosen, choice } = params.choice
    ? { k: params.choice.k, choice: params.choice }
    : await chooseClusters(
        { scaled, algorithm, settings, codes, wish: params.k },
        { ...control, random: random.split('k') },
      );
  const nInit = algorithm.name === 'kmeans' ? (params.nInit ?? kmeansStarts(scaled, chosen ?? 2)) : null;
  const asked = {
    ...settings,
    ...(chosen === undefined ? {} : { k: chosen }),
    params: { ...(nInit === null ? {} : { restarts: nInit }), ...settings.params },
  };
  const fitted = await algorithm.fit(scaled, asked, control).catch((thrown: unknown) => {
    throw namedUnkept(thrown, input.rowNames ?? input.ids);
  });
  const space = codes.length > 0 ? spreadWords(scaled, codes) : scaled;
  const { found, warnings: ofSilhouette } = await measureSilhouette(space, fitted, { ...control, seed: params.seed });
  const { centres, distances, inertia, outliers } = measured(scaled, fitted, codes);
  const { labels, k, sizes, noise, state, confidence: confidences, outlierScore: outlierScores } = fitted;
  const placing = clusteringModel(algorithm.name, state);
  const named = { algorithm: algorithm.name, featureNames: input.featureNames, scaling } as const;
  const { categories = [] } = input;
  const model: ClusterModel = { version: 2, ...named, categories, state, placing, centres, rules: null };
  const { valueColumn, playbook } = params;
  return {
    ...{ labels, distances, confidences, outlierScores, algorithm, model, choice, nInit },
    metrics: { k, inertia, silhouette: found?.value ?? null, sizes, noise, outliers },
    silhouetteMethod: found?.method ?? null,
    sheets: clusterProfileSheets({ ...input, labels, k, valueColumn, playbook }),
    warnings: [...warnings, ...(choice?.warnings ?? []), ...warningsOfFit(fitted), ...ofSilhouette],
  };
}
