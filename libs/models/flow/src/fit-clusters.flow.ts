import type {
  ArtifactStore,
  ClusteringCard,
  JobControl,
  Json,
  ModelStore,
  Progress,
  RunContext,
  RunParams,
} from '@kohort/kernel-contracts';
import {
  carryIdentity,
  inWordsOf,
  kChoiceFromJson,
  kChoiceToJson,
  kScoreToJson,
  kScoresFromJson,
  tellableWords,
} from '@kohort/models-domain';
import type { ClusterMatch, KChoice, KScore } from '@kohort/models-domain';
import { carriedFrom, saveMoves, type MatchInput } from './carried-from';
import { z } from 'zod';
import { clusterRows, type PlacedPeople } from './cluster-rows';
import type { DatasetPort, FeatureMatrix } from './dataset.port';
import { requireSameScores } from './golden-people';
import { modelErrors } from './model-errors';
import type { PeopleScored, PeopleToScore } from './score-model.flow';
import { saveScorePages } from './score-pages';
import { bytesOf } from './text-bytes';

/** What a thread makes of a matrix: everybody's cluster, the card, and the artifact that can score new people. */
export interface ClusterFit extends PlacedPeople {
  /** Where the fitted model itself places the golden people. */
  readonly golden: Pick<PlacedPeople, 'labels' | 'distances'>;
  readonly card: ClusteringCard;
  /** The fitted model as JSON text, with its schema version. */
  readonly artifact: string;
}

/** How a thread is to fit. */
export type ClusterFitSettings = Pick<
  RunParams<'models.fitClusters'>,
  'algorithm' | 'params' | 'weights' | 'sizes' | 'k' | 'seed' | 'seeds' | 'mustLink' | 'cannotLink'
>;

/** Fits with the k of a choice made before, when there is one. */
export interface ClusterFitInput extends ClusterFitSettings {
  readonly choice: KChoice | null;
}

/** What fitting clusters needs of the world. */
export interface FitClustersPorts {
  readonly dataset: DatasetPort;
  readonly models: ModelStore;
  readonly artifacts: ArtifactStore;
  /** Fits in a thread; the event loop stays free. */
  readonly fit: (matrix: FeatureMatrix, settings: ClusterFitInput, control: JobControl) => Promise<ClusterFit>;
  /**
   * The choice of k alone, in a thread too; null where k is given or found by the algorithm. `known` is not computed
   * again; what its progress says is to be kept is a score that will be known.
   */
  readonly choose: (
    matrix: FeatureMatrix,
    settings: ClusterFitSettings & { readonly known: readonly KScore[] },
    control: JobControl,
  ) => Promise<KChoice | null>;
  /** Scores some people by what lies in the store, in a thread too. */
  readonly score: (people: PeopleToScore, control: JobControl) => Promise<PeopleScored>;
  /** Which cluster of the new fit is which of the one before, in a thread too. */
  readonly match: (input: MatchInput, control: JobControl) => Promise<ClusterMatch>;
}

/** What a run keeps: the choice of k, of so many people; while it is made, the scores of those k that are done. */
const checkpointSchema = z.object({ people: z.number().int(), choice: z.json(), scores: z.array(z.json()).optional() });

/** Fewer people than this have no groups worth a name. */
const MIN_PEOPLE = 50;

/** The matrix without some features. Throws MODELS_FEATURE_UNKNOWN; MODELS_NO_FEATURES when none is left. */
function withoutFeatures(matrix: FeatureMatrix, exclude: readonly string[]): FeatureMatrix {
  const unknown = exclude.find((name) => !matrix.features.includes(name));
  if (unknown !== undefined) throw modelErrors.MODELS_FEATURE_UNKNOWN({ feature: unknown });
  const kept = matrix.features.flatMap((name, at) => (exclude.includes(name) ? [] : [at]));
  if (kept.length === matrix.features.length) return matrix;
  if (kept.length === 0) throw modelErrors.MODELS_NO_FEATURES();
  const { length: rows } = matrix.profileIds;
  const data = new Float64Array(new SharedArrayBuffer(rows * kept.length * Float64Array.BYTES_PER_ELEMENT));
  for (let i = 0; i < rows; i += 1) {
    kept.forEach((at, j) => (data[i * kept.length + j] = matrix.data[i * matrix.features.length + at] as number));
  }
  const categories = matrix.categories?.filter(({ feature }) => !exclude.includes(feature));
  return {
    ...matrix,
    features: kept.map((at) => matrix.features[at] ?? ''),
    data,
    ...(categories ? { categories } : {}),
  };
}

/** The matrix with those words alone that may be told of. Throws CLUSTERS_TOO_MANY_WORDS. */
function withTellableWords(matrix: FeatureMatrix): FeatureMatrix {
  const { features: featureNames, profileIds, categories: own } = matrix;
  if (!own?.length) return matrix;
  const table = { data: matrix.data, rows: profileIds.length, cols: featureNames.length };
  const categories = tellableWords({ featureNames, matrix: table, categories: own });
  const data = new Float64Array(new SharedArrayBuffer(matrix.data.byteLength));
  data.set(inWordsOf({ featureNames, categories }, table, own).data);
  return { ...matrix, data, categories };
}

/** The choice of k: that of an earlier start of the run, or a new one, kept before anything is fitted. */
async function chosenK(
  ports: FitClustersPorts,
  context: RunContext,
  { matrix, settings }: { matrix: FeatureMatrix; settings: ClusterFitSettings },
): Promise<KChoice | null> {
  if (typeof settings.k === 'number') return null;
  const kept = checkpointSchema.safeParse(context.run.checkpoint).data;
  const people = matrix.profileIds.length;
  const known = kept?.people === people ? kChoiceFromJson(kept.choice) : null;
  if (known) return known;
  const scores = kept?.people === people ? kScoresFromJson(kept.scores) : [];
  const done = scores.map(kScoreToJson);
  // In their order, and never two at once; the first that fails ends the sweep, and the run with its error.
  const failed = new AbortController();
  let saving: Promise<unknown> = Promise.resolve();
  const onProgress = ({ kept: score, ...progress }: Progress): void => {
    if (score === undefined) return context.onProgress(progress);
    done.push(score);
    const checkpoint = { people, choice: null, scores: [...done] };
    saving = saving.then(() => ports.models.saveCheckpoint(context.fence, checkpoint));
    saving.catch((thrown: unknown) => failed.abort(thrown));
  };
  const control = { signal: AbortSignal.any([context.signal, failed.signal]), onProgress };
  let choice: KChoice | null;
  try {
    choice = await ports.choose(matrix, { ...settings, known: scores }, control);
  } finally {
    // Nothing is written behind the end of the run.
    await saving;
  }
  if (choice) await ports.models.saveCheckpoint(context.fence, { people, choice: kChoiceToJson(choice) });
  return choice;
}

/**
 * Groups everybody and serves the groups.
 *
 * Promise  at least once; the served clustering is always a whole version
 * Key      the run: a repeat continues its own version and overwrites its rows
 * Order    choice of k → artifact → golden people → version row → scores → moves → pointer and ScoresChanged
 * Follows  the live version: clusters that are the same keep key, name and colour; when another version goes live
 *          meanwhile the run is tried again and matched with that one
 * Resume   behind the last k that was scored, or the choice of k; else from the start; fitting is deterministic by seed,
 *          so the rows come out the same
 * Size     scores in pages of 5,000; in memory matrices of people × features: one, one more where features are left out,
 *          two more where some are words, and while these are read the first 101 characters of each
 * Throws   MODELS_ARTIFACT_DIFFERS, MODELS_OVERTAKEN, MODELS_TOO_FEW_PEOPLE, MODELS_FEATURE_UNKNOWN, MODELS_NO_FEATURES;
 *          CLUSTERS_TOO_MANY_WORDS; what the estimator refuses
 */
export async function fitClusters(
  ports: FitClustersPorts,
  context: RunContext,
  params: RunParams<'models.fitClusters'>,
): Promise<Json> {
  const { workspaceId } = context.run;
  const asOf = Date.parse(params.asOf);
  context.onProgress({ phase: 'reading features', done: 0, total: null });
  const { modelKey, features, exclude = [] } = params;
  const { algorithm: asked, params: own, weights, sizes, k: wish, seed, seeds, mustLink, cannotLink } = params;
  const settings = { algorithm: asked, params: own, weights, sizes, k: wish, seed, seeds, mustLink, cannotLink };
  const wanted = { workspaceId, asOf, withWords: true, ...(features ? { features } : {}) };
  const everything = await ports.dataset.features(wanted, context);
  const matrix = withTellableWords(withoutFeatures(everything, exclude));
  const rows = matrix.profileIds.length;
  if (rows < MIN_PEOPLE) throw modelErrors.MODELS_TOO_FEW_PEOPLE({ rows, asOf: params.asOf, needed: MIN_PEOPLE });
  const choice = await chosenK(ports, context, { matrix, settings });
  const fit = await ports.fit(matrix, { ...settings, choice }, context);
  context.signal.throwIfAborted();
  const stored = await ports.artifacts.put(bytesOf(fit.artifact));
  const modelId = await ports.models.ensureModel(workspaceId, {
    key: modelKey,
    name: modelKey,
    kind: 'clustering',
  });
  const { labels, distances: values } = fit.golden;
  const written = { modelId, kind: 'clustering', artifactKey: stored.key, matrix, golden: { labels, values } } as const;
  await requireSameScores(ports, context, written);
  const from = await carriedFrom(ports, context, { modelId, matrix, fit });
  const card = carryIdentity(fit.card, from);
  const version = await ports.models.openVersion(context.fence, modelId, {
    status: 'ready',
    grade: null,
    seed: params.seed,
    asOf,
    artifactKey: stored.key,
    artifactSha256: stored.sha256,
    card: { ...card, definitionVersion: matrix.definitionVersion },
    follows: from?.version ?? null,
  });
  await saveScorePages(ports.models, context, { modelId, version, asOf, rows: clusterRows(matrix, fit, card) });
  await saveMoves(ports.models, context, { modelId, version });
  await ports.models.goLive(context.fence, modelId, version);
  const { algorithm, k, silhouette } = card;
  return { modelKey, version, people: rows, algorithm, k, silhouette };
}
