import type {
  ArtifactStore,
  ClusteringCard,
  JobControl,
  Json,
  ModelStore,
  RunContext,
  RunParams,
  ScoreRow,
} from '@kohort/kernel-contracts';
import type { DatasetPort, FeatureMatrix } from './dataset.port';
import { modelErrors } from './model-errors';
import { saveScorePages } from './score-pages';
import { bytesOf } from './text-bytes';

/** What a thread makes of a matrix: everybody's cluster, the card, and the artifact that can score new people. */
export interface ClusterFit {
  /** Row i's cluster, an index into `card.clusters`. */
  readonly labels: Int32Array;
  /** Distance to the own centroid in the scaled space. */
  readonly distances: Float64Array;
  /** 0–1: how much nearer the own centroid is than the next. */
  readonly confidences: Float64Array;
  readonly card: ClusteringCard;
  /** The fitted model as JSON text, with its schema version. */
  readonly artifact: string;
}

/** What fitting clusters needs of the world. */
export interface FitClustersPorts {
  readonly dataset: DatasetPort;
  readonly models: ModelStore;
  readonly artifacts: ArtifactStore;
  /** Fits in a thread; the event loop stays free. */
  readonly fit: (
    matrix: FeatureMatrix,
    params: { k: number | 'auto'; seed: number },
    control: JobControl,
  ) => Promise<ClusterFit>;
}

/** Fewer people than this have no groups worth a name. */
const MIN_PEOPLE = 50;

function scoreRows(matrix: FeatureMatrix, fit: ClusterFit): ScoreRow[] {
  return matrix.profileIds.map((profileId, i) => ({
    profileId,
    clusterKey: fit.card.clusters[fit.labels[i] ?? 0]?.key ?? null,
    distance: fit.distances[i] ?? null,
    confidence: fit.confidences[i] ?? null,
    probability: null,
    percentile: null,
  }));
}

/**
 * Groups everybody and serves the groups.
 *
 * Promise  at least once; the served clustering is always a whole version
 * Key      the run: a repeat continues its own version and overwrites its rows
 * Order    artifact → version row → scores → pointer and ScoresChanged
 * Resume   from the start; fitting is deterministic by seed, so the rows come out the same
 * Size     scores in pages of 5,000; one matrix of people × features in memory
 * Throws   MODELS_TOO_FEW_PEOPLE; what the estimator refuses
 */
export async function fitClusters(
  ports: FitClustersPorts,
  context: RunContext,
  params: RunParams<'models.fitClusters'>,
): Promise<Json> {
  const { workspaceId } = context.run;
  const asOf = Date.parse(params.asOf);
  context.onProgress({ phase: 'reading features', done: 0, total: null });
  const matrix = await ports.dataset.features(
    { workspaceId, asOf, ...(params.features ? { features: params.features } : {}) },
    context,
  );
  const rows = matrix.profileIds.length;
  if (rows < MIN_PEOPLE) throw modelErrors.MODELS_TOO_FEW_PEOPLE({ rows, asOf: params.asOf, needed: MIN_PEOPLE });
  const fit = await ports.fit(matrix, { k: params.k, seed: params.seed }, context);
  context.signal.throwIfAborted();
  const stored = await ports.artifacts.put(bytesOf(fit.artifact));
  const modelId = await ports.models.ensureModel(workspaceId, {
    key: params.modelKey,
    name: params.modelKey,
    kind: 'clustering',
  });
  const version = await ports.models.openVersion(context.fence, modelId, {
    status: 'ready',
    grade: null,
    seed: params.seed,
    asOf,
    artifactKey: stored.key,
    artifactSha256: stored.sha256,
    card: { ...fit.card, definitionVersion: matrix.definitionVersion },
  });
  await saveScorePages(ports.models, context, { modelId, version, asOf, rows: scoreRows(matrix, fit) });
  await ports.models.goLive(context.fence, modelId, version);
  return { modelKey: params.modelKey, version, people: rows, k: fit.card.k, silhouette: fit.card.silhouette };
}
