import { NETWORK_ROWS, type ClusteringAlgorithm } from '@kohort/ml-algorithms';
import { seededRandom, type Clock, type Random } from '@kohort/kernel-clock-random';
import { isAppError } from '@kohort/kernel-errors';
import type { ClusteringWarning } from '@kohort/ml-clustering';
import {
  breathe,
  drawRows,
  mlErrors,
  poolOf,
  takeRows,
  type ComputeControl,
  type Matrix,
  type WideMatrix,
} from '@kohort/ml-core';
import {
  adjustedMutualInformation,
  adjustedRandIndex,
  classAgreement,
  normalizedMutualInformation,
} from '@kohort/ml-metrics';
import { continuumCaution, oneFieldCaution, tinyCaution } from './clustering-cautions';
import { clustererOf, scoreClustering, stabilityOf } from './judge-clustering';
import { kmeansCriteria, type KmeansCriteria } from './kmeans-criteria';
import { recommendClustering, type JudgedClustering, type RecommendedClustering } from './recommend-clustering';

/** What is compared on. */
export interface CompareInput {
  readonly featureNames: readonly string[];
  /** n×d in own units: for warnings. */
  readonly matrix: Matrix | WideMatrix;
  /** n×d' as distances are taken: every algorithm sees the same. */
  readonly scaled: Matrix;
  /** Known classes, whole numbers from 0, one a row. */
  readonly truth?: ArrayLike<number>;
}

export interface CompareParams {
  readonly algorithms: readonly ClusteringAlgorithm[];
  /** For algorithms that take k. */
  readonly ks: readonly number[];
  readonly seed: number;
  /** Rows that are clustered at most: a seeded sample of larger tables, the same for all. */
  readonly rowLimit: number;
  /** Rows of it that scores are measured on, and stability. */
  readonly scoredRows: number;
  readonly stabilityRows: number;
  readonly resamples: number;
  /** Tables without clusters that k-means is held against for the gap statistic. */
  readonly gapTables: number;
}

export const compareDefaults = {
  seed: 1,
  rowLimit: 20_000,
  scoredRows: 5_000,
  stabilityRows: 1_000,
  resamples: 8,
  gapTables: 10,
};

export interface CompareControl extends ComputeControl {
  readonly clock: Clock;
  /** Begins the time that one candidate may take; without it there is no limit. */
  readonly limit?: () => AbortSignal;
}

/** Agreement with known classes. */
export interface TruthScores {
  readonly ari: number;
  readonly nmi: number;
  readonly ami: number;
  readonly homogeneity: number;
  readonly completeness: number;
  readonly vMeasure: number;
}

/** One algorithm at one k: judged, or why not. */
export type Candidate =
  | (JudgedClustering & {
      readonly status: 'judged';
      readonly seconds: number;
      readonly truth: TruthScores | null;
      readonly notes: readonly string[];
    })
  | {
      readonly status: 'failed' | 'too-slow';
      readonly algorithm: string;
      readonly title: string;
      readonly asked: number | null;
      readonly seconds: number;
      readonly reason: string;
    };

/** The table of all candidates, one recommendation, and what to be careful with. */
export interface Comparison {
  readonly candidates: readonly Candidate[];
  readonly recommendation: RecommendedClustering | null;
  readonly kmeansCriteria: KmeansCriteria | null;
  readonly warnings: readonly ClusteringWarning[];
  readonly rows: number;
  readonly rowsCompared: number;
}

interface Compared {
  readonly swept: Matrix;
  /** Rows of `swept` that are scored, and those that stability is measured on. */
  readonly scored: readonly number[];
  readonly steadied: readonly number[];
  readonly truth: readonly number[] | null;
}

function truthScores(truth: readonly number[], labels: Int32Array): TruthScores {
  return {
    ari: adjustedRandIndex(truth, labels),
    nmi: normalizedMutualInformation(truth, labels),
    ami: adjustedMutualInformation(truth, labels),
    ...classAgreement(truth, labels),
  };
}

async function judge(
  { swept, scored, steadied, truth }: Compared,
  {
    algorithm,
    k,
    resamples,
    seed,
  }: { algorithm: ClusteringAlgorithm; k: number | null; resamples: number; seed: number },
  control: ComputeControl & { readonly random: Random },
) {
  const fitted = await algorithm.fit(swept, { seed, ...(k === null ? {} : { k }) }, control);
  const { labels } = fitted;
  const of = (rows: readonly number[]) => rows.map((row) => labels[row] as number);
  const scores = await scoreClustering(takeRows(swept, scored), { labels: of(scored), k: fitted.k }, control);
  const stable = { labels: of(steadied), k: fitted.k, resamples, cluster: clustererOf(algorithm, k) };
  const judged = {
    status: 'judged' as const,
    algorithm: algorithm.name,
    title: algorithm.title,
    asked: k,
    k: fitted.k,
    noise: fitted.noise,
    sizes: fitted.sizes,
    scores,
    stability: fitted.k > 0 ? await stabilityOf(takeRows(swept, steadied), stable, control) : null,
    truth: truth ? truthScores(truth, labels) : null,
    notes: fitted.notes,
  };
  return { judged, labels };
}

/** A candidate with the labels of the rows swept; none unless it was judged. */
interface Tried {
  readonly candidate: Candidate;
  readonly algorithm: ClusteringAlgorithm;
  readonly labels: Int32Array | null;
}

/** Judges one candidate within its time; what it refuses or overruns becomes its entry. */
async function tryCandidate(
  compared: Compared,
  what: { algorithm: ClusteringAlgorithm; k: number | null; resamples: number; seed: number },
  control: CompareControl & { readonly random: Random },
): Promise<Tried> {
  const { clock, limit, ...rest } = control;
  const limited = limit?.();
  const signals = [control.signal, limited].filter((signal) => signal !== undefined);
  const signal = signals.length > 0 ? AbortSignal.any(signals) : undefined;
  const began = clock.now();
  const seconds = () => (clock.now() - began) / 1000;
  const refused = (status: 'failed' | 'too-slow', reason: string): Tried => {
    const { name, title } = what.algorithm;
    const candidate = { status, algorithm: name, title, asked: what.k, seconds: seconds(), reason };
    return { candidate, algorithm: what.algorithm, labels: null };
  };
  try {
    const { judged, labels } = await judge(compared, what, { ...rest, onProgress: undefined, signal });
    return { candidate: { ...judged, seconds: seconds() }, algorithm: what.algorithm, labels };
  } catch (thrown) {
    if (limited?.aborted && !control.signal?.aborted) {
      return refused('too-slow', 'took longer than one candidate may');
    }
    if (!isAppError(thrown) || !['unsuitable-data', 'invalid-input'].includes(thrown.kind)) throw thrown;
    return refused('failed', thrown.message);
  }
}

interface Chosen {
  readonly chosen: JudgedClustering;
  readonly algorithm: ClusteringAlgorithm;
  readonly labels: Int32Array;
}

async function cautionsOf(
  { input, compared, sample }: { input: CompareInput; compared: Compared; sample: readonly number[] },
  { chosen, algorithm, labels }: Chosen,
  control: ComputeControl & { readonly random: Random },
): Promise<ClusteringWarning[]> {
  const { swept, scored } = compared;
  const { cols, data } = input.matrix;
  const own = new Float64Array(scored.length * cols);
  scored.forEach((row, at) => {
    const from = (sample[row] as number) * cols;
    own.set(data.subarray(from, from + cols), at * cols);
  });
  const field = { featureNames: input.featureNames, matrix: { data: own, rows: scored.length, cols } };
  const structure = { separation: chosen.scores.separation, cluster: clustererOf(algorithm, chosen.asked) };
  const of = scored.map((row) => labels[row] as number);
  return [
    ...(await continuumCaution(takeRows(swept, scored), structure, control)),
    ...tinyCaution(chosen.sizes, swept.rows),
    ...(await oneFieldCaution(field, { labels: of, k: chosen.k }, control)),
  ];
}

/** What there is to say of the recommended clustering; nothing without one. */
async function warningsOf(
  { tried, recommendation }: { tried: readonly Tried[]; recommendation: RecommendedClustering | null },
  cautions: (chosen: Chosen) => Promise<ClusteringWarning[]>,
): Promise<ClusteringWarning[]> {
  for (const { candidate, algorithm, labels } of tried) {
    const isChosen = candidate.algorithm === recommendation?.algorithm && candidate.asked === recommendation.asked;
    if (isChosen && candidate.status === 'judged' && labels) return cautions({ chosen: candidate, algorithm, labels });
  }
  return [];
}

/**
 * Compares algorithms over numbers of clusters on one matrix: scores, stability, sizes and time of each, one
 * recommendation with its reasons (see recommendClustering; networks only from NETWORK_ROWS rows on), and warnings of it.
 *
 * Shape   input.scaled: n×d'; algorithms that find k themselves have one candidate, others one for each k
 * Units   seconds by the clock given
 * Cost    each candidate: one fit of up to rowLimit rows, one silhouette of scoredRows, resamples fits of stabilityRows
 * Throws  ML_TOO_FEW_ROWS (under 4 rows), ML_CANCELLED; what one candidate refuses is its entry
 */
export async function compareClusterings(
  input: CompareInput,
  params: CompareParams,
  given: CompareControl,
): Promise<Comparison> {
  // Hundreds of fits share one arena.
  const control = { ...given, pool: poolOf(given) };
  const { scaled, truth } = input;
  if (scaled.rows < 4)
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'comparing clusterings', needed: 4, rows: scaled.rows });
  const random = seededRandom(params.seed).split('comparison');
  const sample = Array.from(drawRows(scaled.rows, params.rowLimit, random.split('rows')));
  const swept = takeRows(scaled, sample);
  const compared: Compared = {
    swept,
    scored: Array.from(drawRows(swept.rows, params.scoredRows, random.split('scored'))),
    steadied: Array.from(drawRows(swept.rows, params.stabilityRows, random.split('steadied'))),
    truth: truth ? sample.map((row) => truth[row] as number) : null,
  };
  const wanted = params.algorithms.flatMap((algorithm) =>
    (algorithm.takesK ? params.ks : [null]).map((k) => ({
      algorithm,
      k,
      resamples: params.resamples,
      seed: params.seed,
    })),
  );
  const tried: Tried[] = [];
  for (const one of wanted) {
    await breathe(control);
    const stream = random.split(`${one.algorithm.name} ${one.k ?? ''}`);
    tried.push(await tryCandidate(compared, one, { ...control, random: stream }));
    control.onProgress?.({ phase: 'comparing', done: tried.length, total: wanted.length });
  }
  const candidates = tried.map(({ candidate }) => candidate);
  const judged = candidates.filter((one) => one.status === 'judged');
  const networks = params.algorithms.filter(({ family }) => family === 'network').map(({ name }) => name);
  const recommendation = recommendClustering(judged, swept.rows < NETWORK_ROWS ? networks : []);
  const kmeans = params.algorithms.find(({ name }) => name === 'kmeans');
  const inner = { ...control, onProgress: undefined };
  return {
    candidates,
    recommendation,
    kmeansCriteria: kmeans
      ? await kmeansCriteria(
          judged,
          { swept, kmeans, gapTables: params.gapTables },
          { ...inner, random: random.split('criteria') },
        )
      : null,
    warnings: await warningsOf({ tried, recommendation }, (chosen) =>
      cautionsOf({ input, compared, sample }, chosen, { ...inner, random: random.split('cautions') }),
    ),
    rows: scaled.rows,
    rowsCompared: swept.rows,
  };
}
