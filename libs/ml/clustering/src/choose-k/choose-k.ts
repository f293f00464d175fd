import { shuffle, type Random } from '@kohort/kernel-clock-random';
import {
  breathe,
  checkMatrix,
  checkParams,
  countDistinctRows,
  labelSizes,
  mlErrors,
  poolOf,
  takeRows,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { measureStability, type Clusterer } from '@kohort/ml-judging';
import { clusterMeans, inertia, silhouette } from '@kohort/ml-metrics';
import type { ClusteringWarning } from '../clustering-warning';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';
import { chooseKLimits, type ChooseKParams } from './choose-k.params';
import { STABLE, recommendK, type KScore } from './recommend-k';
import { structurelessSilhouette } from './structureless';

/** The chosen number of clusters with everything it was chosen from. */
export interface KChoice {
  readonly k: number;
  /** One entry for every k tried, rising. */
  readonly table: readonly KScore[];
  /** Why, in sentences. */
  readonly reasons: readonly string[];
  readonly warnings: readonly ClusteringWarning[];
  /** Silhouette that k-means reaches on such a table without clusters. */
  readonly structurelessSilhouette: number;
  readonly rowsSwept: number;
}

/** Largest silhouette over that of structureless data that still counts as none. */
const LEAST_GAIN = 0.02;
const SWEEP_STEP = 5;
/** Share of the best silhouette from which a rising end of the sweep is followed. */
const NEARLY_BEST = 0.8;

function sampleRows(matrix: Matrix, wanted: number, random: Random): Matrix {
  if (matrix.rows <= wanted) return matrix;
  const order = shuffle(
    Array.from({ length: matrix.rows }, (_, i) => i),
    random,
  );
  return takeRows(
    matrix,
    order.slice(0, wanted).sort((a, b) => a - b),
  );
}

/** True when a better k may lie beyond the sweep: the best is among the last two, or the last three rise towards it. */
function mayRiseBeyond(table: readonly KScore[]): boolean {
  if (table.length < 3) return false;
  const best = table.reduce((a, b) => (b.silhouette > a.silhouette ? b : a));
  const [third, second, last] = table.slice(-3) as [KScore, KScore, KScore];
  const rising = third.silhouette < second.silhouette && second.silhouette < last.silhouette;
  return best.k >= second.k || (rising && last.silhouette > NEARLY_BEST * best.silhouette);
}

const RESAMPLE_STARTS = 3;

/** What is swept over numbers of clusters. */
export type KClusterer = (asked: { readonly k: number; readonly restarts: number }) => Clusterer;

/** k-means: what is swept unless something else is given. */
const kmeansOf: KClusterer = ({ k, restarts }) => {
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts } as const };
  return async (matrix, control) => {
    const fitted = await kmeans.fit(matrix, params, control);
    return { labels: fitted.labels, assign: (other, inner) => kmeans.predict(fitted, other, inner) };
  };
};

/** What a sweep that is stopped in the middle leaves to the next one. */
export interface SweepMemory {
  /** Scores of an earlier sweep of the same rows with the same parameters and seed: they are not made again. */
  readonly known?: readonly KScore[];
  /** Called with each score that is made. */
  readonly onScore?: (score: KScore) => void;
}

/** What a sweep is given beside its input. */
interface SweepControl extends FitControl {
  readonly clusterer: KClusterer;
}

/** Scores one k: fits on the swept rows, measures on the scored ones. */
async function scoreK(
  { swept, scored, k }: { swept: Matrix; scored: Matrix; k: number },
  params: ChooseKParams,
  { clusterer, ...control }: SweepControl,
): Promise<KScore> {
  const cluster = clusterer({ k, restarts: params.restarts });
  const fitted = await cluster(swept, { ...control, random: control.random.split('fit') });
  const labels = scored === swept ? fitted.labels : await fitted.assign(scored, control);
  const found = new Set(Array.from(labels)).size;
  // A scored sample may miss a tiny cluster; with fewer than two the silhouette says nothing.
  const value = found < 2 || found >= scored.rows ? 0 : (await silhouette(scored, labels, control)).value;
  const { agreement, weakestJaccard } = await measureStability(
    scored,
    { labels, k, resamples: params.resamples, cluster: clusterer({ k, restarts: RESAMPLE_STARTS }) },
    { ...control, random: control.random.split('stability') },
  );
  const sizes = labelSizes(fitted.labels, k).sort((a, b) => b - a);
  const within = inertia(swept, fitted.labels, clusterMeans(swept, fitted.labels, k));
  return { k, inertia: within, silhouette: value, stability: agreement, weakestJaccard, sizes };
}

function warningsFor(score: KScore, gain: { structureless: number; deviation: number }): ClusteringWarning[] {
  const warnings: ClusteringWarning[] = [];
  if (score.silhouette < gain.structureless + Math.max(LEAST_GAIN, 2 * gain.deviation)) {
    const shown = `silhouette ${score.silhouette.toFixed(2)}, structureless data reach ${gain.structureless.toFixed(2)}`;
    const message = `The rows form a continuum rather than separate groups (${shown}): the clusters are slices of it.`;
    warnings.push({ code: 'UNCLUSTERED', message });
  }
  if (score.stability < STABLE) {
    const message = `The clusters change when the data are resampled (agreement ${score.stability.toFixed(2)}, 1 is perfect).`;
    warnings.push({ code: 'UNSTABLE', message });
  }
  return warnings;
}

/**
 * Chooses the number of clusters for k-means, or for the clusterer given, from silhouette and bootstrap stability; see
 * `recommendK` for the rule. The sweep runs from kMin to kMax and goes on by fives up to kLimit while silhouettes still rise
 * at its end. Tables above `sampleRows` are swept on a random sample.
 *
 * Shape   matrix: n×d, finite, scaled as it will be clustered
 * Cost    for each k (restarts + 3·resamples) k-means fits of the sample and one silhouette of `scoredRows`: about 3 s for
 *         20,000 × 10 and k 2 to 10 on one thread
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (fewer than 3 distinct rows), ML_CANCELLED
 * Source  Rousseeuw 1987; Hennig 2007; Tibshirani, Walther & Hastie 2001
 */
export async function chooseK(
  matrix: Matrix,
  params: ChooseKParams,
  control: FitControl & SweepMemory & { readonly clusterer?: KClusterer },
): Promise<KChoice> {
  checkParams('chooseK', params, chooseKLimits);
  checkMatrix(matrix);
  const { random, onProgress, onScore, known = [], clusterer = kmeansOf, ...rest } = control;
  // Hundreds of fits share one arena.
  const quiet = { ...rest, pool: poolOf(control) };
  const swept = sampleRows(matrix, params.sampleRows, random.split('sweep'));
  const scored = sampleRows(swept, params.scoredRows, random.split('score'));
  const distinct = countDistinctRows(swept, params.kLimit + 2);
  if (distinct < 3)
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'choosing k', needed: 3, of: 'distinct rows', rows: distinct });
  const most = Math.max(2, Math.min(params.kLimit, distinct - 1, Math.floor(swept.rows / 3)));
  let last = Math.min(params.kMax, most);
  const table: KScore[] = [];
  for (let k = Math.min(params.kMin, last); k <= last; k += 1) {
    await breathe(control);
    const kept = known.find((score) => score.k === k);
    // Each k draws from a stream of its own: what is known changes nothing for the others.
    const score =
      kept ?? (await scoreK({ swept, scored, k }, params, { ...quiet, clusterer, random: random.split(k) }));
    table.push(score);
    if (!kept) onScore?.(score);
    if (k === last && mayRiseBeyond(table)) last = Math.min(most, last + SWEEP_STEP);
    onProgress?.({ phase: 'choosing k', done: table.length, total: last - (table[0]?.k ?? k) + 1 });
  }
  const { k, reasons } = recommendK(table);
  const chosen = table.find((score) => score.k === k) as KScore;
  const none = await structurelessSilhouette(scored, k, { ...quiet, random: random.split('structureless') });
  const warnings = warningsFor(chosen, { structureless: none.mean, deviation: none.deviation });
  return { k, table, reasons, warnings, structurelessSilhouette: none.mean, rowsSwept: swept.rows };
}
