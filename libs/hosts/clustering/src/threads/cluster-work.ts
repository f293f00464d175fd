import { availableParallelism } from 'node:os';
import type { JobControl, ModelDrift } from '@kohort/kernel-contracts';
import { startKernelPool, type KernelPool } from '@kohort/ml-core';
import {
  assignClusters,
  chooseTableK,
  clusterTable,
  clusteringCard,
  inWordsOf,
  kScoreToJson,
  knownRows,
  matchVersions,
  modelDrift,
  parseClusterModel,
  scorePeople,
  serialiseClusterModel,
  tellByRules,
  type ClusterMatch,
  type KChoice,
  type KScore,
} from '@kohort/models-domain';
import {
  goldenPeople,
  type ClusterFit,
  type ClusterFitInput,
  type FeatureMatrix,
  type MatchInput,
  type PeopleScored,
  type PeopleToScore,
  type WatchLook,
} from '@kohort/models-flow';

interface FitInput extends ClusterFitInput {
  readonly matrix: FeatureMatrix;
  /** `choose`: the choice of k alone. */
  readonly stage: 'choose' | 'fit';
  /** Scores of an earlier start of the choice. */
  readonly scores?: readonly KScore[];
}

/** More threads than this wait for memory, not for each other. */
const MOST_THREADS = 4;

/** Cancel and progress; how many threads the kernels have, as many as help when left out. */
export interface WorkControl extends JobControl {
  readonly threads?: number;
}

type PooledControl = JobControl & { readonly pool: KernelPool };

/** What the thread of the clustering worker is given. */
export type ClusterWork =
  | FitInput
  | (MatchInput & { readonly stage: 'match' })
  | (WatchLook & { readonly stage: 'watch' })
  | (PeopleToScore & { readonly stage: 'score' });
/** What it answers, by the stage of what it was given. */
export type ClusterWorkDone = ClusterFit | KChoice | ClusterMatch | ModelDrift | PeopleScored | null;

/** Which cluster of a later fit is which of an earlier one. */
export function matched({ before, after }: MatchInput): ClusterMatch {
  const read = ({ artifact, labels }: MatchInput['before']) => ({ model: parseClusterModel(artifact), labels });
  return matchVersions(read(before), read(after));
}

const rowsOf = ({ data, profileIds, features }: FeatureMatrix) => {
  return { data, rows: profileIds.length, cols: features.length };
};

/** Runs a computation on kernel threads of its own, which end with it. */
async function withPool<T>(
  { threads = Math.min(MOST_THREADS, availableParallelism()), ...control }: WorkControl,
  work: (control: PooledControl) => Promise<T>,
): Promise<T> {
  const pool = await startKernelPool({ threads });
  try {
    return await work({ ...control, pool });
  } finally {
    await pool.close();
  }
}

/** People of two instants, held against each other by a model. */
export function compared(
  { artifact, keys, before, after, ...look }: WatchLook,
  control: WorkControl,
): Promise<ModelDrift> {
  const model = parseClusterModel(artifact);
  const { earlier, seed } = look;
  const inWords = (people: FeatureMatrix) => inWordsOf(model, rowsOf(people), people.categories);
  const both = { before: inWords(before), after: inWords(after) };
  return withPool(control, (pooled) => modelDrift({ model, keys, earlier, seed, ...both }, pooled));
}

/** People placed, or given probabilities, by a stored model. */
export async function scored({ kind, artifact, matrix }: PeopleToScore, control: WorkControl): Promise<PeopleScored> {
  if (kind === 'propensity') return { kind, ...scorePeople(artifact, matrix) };
  const model = parseClusterModel(artifact);
  const people = inWordsOf(model, rowsOf(matrix), matrix.categories);
  return { kind, ...(await withPool(control, (pooled) => assignClusters(model, people, pooled))) };
}

async function fittedIn(input: FitInput, control: PooledControl): Promise<ClusterFit | KChoice | null> {
  const { matrix: people, algorithm = 'kmeans', stage, seeds, mustLink, cannotLink, scores = [], ...asked } = input;
  const { features, profileIds, categories } = people;
  const matrix = rowsOf(people);
  const known = knownRows(profileIds, { seeds, mustLink, cannotLink });
  const table = { featureNames: features, ids: profileIds, matrix, ...known, ...(categories ? { categories } : {}) };
  const params = { ...asked, algorithm, scaling: 'auto', missing: 'median' } as const;
  if (stage === 'choose') {
    const { onProgress } = control;
    const onScore = (score: KScore) =>
      onProgress?.({ phase: 'choosing k', done: score.k, total: null, kept: kScoreToJson(score) });
    return chooseTableK(table, params, { ...control, known: scores, onScore });
  }
  const result = await clusterTable(table, params, control);
  const { labels, distances, confidences, outlierScores } = result;
  const { model, rules } = await tellByRules(table, { model: result.model, labels, seed: asked.seed }, control);
  const golden = await assignClusters(result.model, rowsOf(goldenPeople(people)), control);
  const card = { ...clusteringCard(table, result, asked.seed), rules };
  const everybody = { labels, distances, confidences, outlierScores };
  return { ...everybody, card, golden, artifact: serialiseClusterModel(model) };
}

/** A fit, or the choice of k alone (null where there is none to make). */
export const fitted = (input: FitInput, control: WorkControl): Promise<ClusterFit | KChoice | null> =>
  withPool(control, (pooled) => fittedIn(input, pooled));

/** The arithmetic of the clustering worker: it fits, chooses k, matches versions, places people and looks at drift. */
export async function clusterWork(input: ClusterWork, control: WorkControl): Promise<ClusterWorkDone> {
  if (input.stage === 'match') return matched(input);
  if (input.stage === 'score') return scored(input, control);
  return input.stage === 'watch' ? compared(input, control) : fitted(input, control);
}
