import { availableParallelism } from 'node:os';
import type { JobControl, ModelDrift } from '@kohort/kernel-contracts';
import { startKernelPool, type KernelPool } from '@kohort/ml-core';
import {
  assignClusters,
  chooseTableK,
  clusterTable,
  clusteringCard,
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
import { serveThread } from '@kohort/platform-compute';

interface FitInput extends ClusterFitInput {
  readonly matrix: FeatureMatrix;
  /** `choose`: the choice of k alone. */
  readonly stage: 'choose' | 'fit';
  /** Scores of an earlier start of the choice. */
  readonly scores?: readonly KScore[];
}

/** More threads than this wait for memory, not for each other. */
const MOST_THREADS = 4;

type PooledControl = JobControl & { readonly pool: KernelPool };
type Input =
  | FitInput
  | (MatchInput & { readonly stage: 'match' })
  | (WatchLook & { readonly stage: 'watch' })
  | (PeopleToScore & { readonly stage: 'score' });
type Output = ClusterFit | KChoice | ClusterMatch | ModelDrift | PeopleScored | null;

function matched({ before, after }: MatchInput): ClusterMatch {
  const read = ({ artifact, labels }: MatchInput['before']) => ({ model: parseClusterModel(artifact), labels });
  return matchVersions(read(before), read(after));
}

const rowsOf = ({ data, profileIds, features }: FeatureMatrix) => {
  return { data, rows: profileIds.length, cols: features.length };
};

/** Runs a computation on kernel threads of its own, which end with it. */
async function withPool<T>(control: JobControl, work: (control: PooledControl) => Promise<T>): Promise<T> {
  const pool = await startKernelPool({ threads: Math.min(MOST_THREADS, availableParallelism()) });
  try {
    return await work({ ...control, pool });
  } finally {
    await pool.close();
  }
}

function compared({ artifact, keys, before, after, ...look }: WatchLook, control: JobControl): Promise<ModelDrift> {
  const model = parseClusterModel(artifact);
  const { earlier, seed } = look;
  const both = { before: rowsOf(before), after: rowsOf(after) };
  return withPool(control, (pooled) => modelDrift({ model, keys, earlier, seed, ...both }, pooled));
}

async function scored({ kind, artifact, matrix }: PeopleToScore, control: JobControl): Promise<PeopleScored> {
  if (kind === 'propensity') return { kind, ...scorePeople(artifact, matrix) };
  const model = parseClusterModel(artifact);
  return { kind, ...(await withPool(control, (pooled) => assignClusters(model, rowsOf(matrix), pooled))) };
}

async function fitted(input: FitInput, control: PooledControl): Promise<ClusterFit | KChoice | null> {
  const { matrix: people, algorithm = 'kmeans', stage, seeds, mustLink, cannotLink, scores = [], ...asked } = input;
  const { features, profileIds } = people;
  const matrix = rowsOf(people);
  const known = knownRows(profileIds, { seeds, mustLink, cannotLink });
  const table = { featureNames: features, ids: profileIds, matrix, ...known };
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

serveThread(async (input: Input, control): Promise<Output> => {
  if (input.stage === 'match') return matched(input);
  if (input.stage === 'score') return scored(input, control);
  if (input.stage === 'watch') return compared(input, control);
  return withPool(control, (pooled) => fitted(input, pooled));
});
