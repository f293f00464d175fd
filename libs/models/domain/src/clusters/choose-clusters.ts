import { clusteringModel, type ClusteringAlgorithm, type FitSettings } from '@kohort/ml-algorithms';
import { chooseK, chooseKDefaults, type KChoice, type KClusterer, type SweepMemory } from '@kohort/ml-clustering';
import type { FitControl, Matrix } from '@kohort/ml-core';
import { gatherWords, spreadWords, type CodeColumn } from './category-words';

/** A number of clusters, a range to choose from, or the choice of both. */
export type KWish = number | 'auto' | { readonly from: number; readonly to: number };

/** What the sweep of algorithms other than k-means may cost: fewer rows, fewer resamples. */
const DEARER = { sampleRows: 2_000, scoredRows: 2_000, restarts: 1, resamples: 4 };

const UNWEIGHED =
  'The number of clusters was chosen as if all columns weighed alike, as it is wherever there are words: name one to be sure.';

/** An algorithm of the registry as something to sweep; what is known of rows and their weights is left out. */
function clustererOf(
  algorithm: ClusteringAlgorithm,
  { params = {}, categories }: FitSettings,
  gathered: (rows: Matrix) => Matrix,
): KClusterer {
  return ({ k }) =>
    async (matrix, { random, pool, signal }) => {
      const control = { ...(pool ? { pool } : {}), ...(signal ? { signal } : {}) };
      const settings = { k, seed: random.uint32(), params, ...(categories ? { categories } : {}) };
      const { labels, state } = await algorithm.fit(gathered(matrix), settings, control);
      const model = clusteringModel(algorithm.name, state);
      return { labels, assign: async (rows) => (await model.assign(gathered(rows), control)).labels };
    };
}

const weighed = (matrix: Matrix, weights: readonly number[] | undefined): Matrix =>
  weights
    ? { ...matrix, data: matrix.data.map((value, at) => value * Math.sqrt(weights[at % matrix.cols] as number)) }
    : matrix;

/**
 * The number of clusters: the one asked for, none where the algorithm finds it, or the best of a sweep by silhouette and
 * stability (words spread as spreadWords does, unweighed) on a sample of the rows: up to 20,000 for k-means, its kin and
 * networks (which k-means stands in for), 2,000 for others; scores on up to 5,000. A warning tells where weights were not
 * heeded.
 *
 * Throws  ALGORITHM_SETTING before anything is swept where categories or weights are not heeded; as chooseK and the
 *         algorithm do
 */
export async function chooseClusters(
  {
    scaled,
    algorithm,
    settings,
    codes,
    wish,
  }: {
    scaled: Matrix;
    algorithm: ClusteringAlgorithm;
    settings: FitSettings;
    codes: readonly CodeColumn[];
    wish: KWish;
  },
  control: FitControl & SweepMemory,
): Promise<{ k: number | undefined; choice: KChoice | null }> {
  const weighs = settings.weights?.some((weight) => weight !== 1) === true;
  algorithm.checkColumns({ params: settings.params ?? {}, categories: codes.length > 0, weights: weighs });
  if (typeof wish === 'number') return { k: wish, choice: null };
  if (!algorithm.takesK || (wish === 'auto' && algorithm.findsK)) return { k: undefined, choice: null };
  // What is known of rows does not hold in samples: their k is swept as if nothing were.
  const likeKmeans = algorithm.input === 'numbers' && ['centroids', 'guided', 'network'].includes(algorithm.family);
  const range = wish === 'auto' ? {} : { kMin: wish.from, kMax: wish.to, kLimit: wish.to };
  const params = { ...chooseKDefaults, ...(likeKmeans ? {} : DEARER), ...range };
  const gathered = (rows: Matrix): Matrix => (codes.length > 0 ? gatherWords(rows, codes, scaled.cols) : rows);
  const clusterer = likeKmeans ? {} : { clusterer: clustererOf(algorithm, settings, gathered) };
  const space = codes.length > 0 ? spreadWords(scaled, codes) : weighed(scaled, settings.weights);
  const choice = await chooseK(space, params, { ...control, ...clusterer });
  if (codes.length === 0 || !weighs) return { k: choice.k, choice };
  const warnings = [...choice.warnings, { code: 'FIT_NOTE', message: UNWEIGHED } as const];
  return { k: choice.k, choice: { ...choice, warnings } };
}
