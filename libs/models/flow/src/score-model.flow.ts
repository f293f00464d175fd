import {
  modelCardSchema,
  type ArtifactStore,
  type JobControl,
  type Json,
  type ModelCard,
  type ModelKind,
  type ModelStore,
  type RunContext,
  type RunParams,
  type ScoreRow,
} from '@kohort/kernel-contracts';
import { scoredCard } from '@kohort/models-domain';
import { saveMoves } from './carried-from';
import { clusterRows, type PlacedPeople } from './cluster-rows';
import type { DatasetPort, FeatureMatrix } from './dataset.port';
import { modelErrors } from './model-errors';
import { propensityRows, type ScoredPeople } from './propensity-rows';
import { saveScorePages } from './score-pages';
import { textOf } from './text-bytes';

/** A fitted model as its artifact's text, and whom it is to score. */
export interface PeopleToScore {
  readonly kind: ModelKind;
  readonly artifact: string;
  readonly matrix: FeatureMatrix;
}

/** Everybody's cluster, or everybody's probability; rows are those of the matrix. */
export type PeopleScored =
  ({ readonly kind: 'clustering' } & PlacedPeople) | ({ readonly kind: 'propensity' } & ScoredPeople);

/** What scoring everybody anew needs of the world. */
export interface ScoreModelPorts {
  readonly dataset: Pick<DatasetPort, 'features'>;
  readonly models: ModelStore;
  readonly artifacts: Pick<ArtifactStore, 'read'>;
  /** Reads the artifact and scores in a thread; the event loop stays free. */
  readonly score: (people: PeopleToScore, control: JobControl) => Promise<PeopleScored>;
}

/** Rows and card of the new version. */
function written(
  card: ModelCard,
  scored: PeopleScored,
  of: { readonly matrix: FeatureMatrix; readonly version: number; readonly keys: readonly string[] },
): { readonly rows: ScoreRow[]; readonly card: ModelCard } | null {
  const { matrix, ...followed } = of;
  if (card.kind === 'clustering' && scored.kind === 'clustering') {
    const anew = scoredCard(card, { ...scored, ...followed });
    return { card: anew, rows: clusterRows(matrix, scored, anew) };
  }
  if (card.kind === 'propensity' && scored.kind === 'propensity') return { card, rows: propensityRows(matrix, scored) };
  return null;
}

/**
 * Scores everybody, as known when it was asked for, by a version that serves: after a return to an earlier version, whose
 * scores are of those whom its fit knew. The scores are those of a new version, which follows; it is served whole.
 *
 * Promise  at least once; nothing is done when another version serves by now
 * Key      the run: a repeat continues its own version and overwrites its rows
 * Order    version row → scores → moves → pointer and ScoresChanged
 * Size     scores in pages of 5,000; one matrix of people × features in memory
 * Throws   MODELS_OVERTAKEN, MODELS_CARD_UNREADABLE; what the data set and the artifact refuse
 */
export async function scoreModel(
  ports: ScoreModelPorts,
  context: RunContext,
  { modelId, version: asked }: RunParams<'models.score'>,
): Promise<Json> {
  const { models, dataset, artifacts } = ports;
  const { workspaceId, createdAt: asOf } = context.run;
  const served = await models.served(context.fence, modelId);
  if (!served || served.artifactKey === null || served.version !== asked) return { version: null, people: 0 };
  const card = modelCardSchema.safeParse(served.card).data;
  if (!card) throw modelErrors.MODELS_CARD_UNREADABLE({ version: asked });
  context.onProgress({ phase: 'reading features', done: 0, total: null });
  const { features, definitionVersion } = card;
  const set = definitionVersion === undefined ? {} : { definitionVersion };
  const withWords = card.kind === 'clustering';
  const matrix = await dataset.features({ workspaceId, asOf, features, withWords, ...set }, context);
  const artifact = await textOf(artifacts.read(served.artifactKey));
  const scored = await ports.score({ kind: card.kind, artifact, matrix }, context);
  context.signal.throwIfAborted();
  const anew = written(card, scored, { matrix, version: served.version, keys: served.keys });
  if (!anew) throw modelErrors.MODELS_CARD_UNREADABLE({ version: asked });
  const { grade, seed, artifactKey, artifactSha256, fitOf } = served;
  const version = await models.openVersion(context.fence, modelId, {
    ...{ status: 'ready', grade, seed, asOf, artifactKey, artifactSha256, card: anew.card },
    ...{ follows: served.version, fitOf: fitOf ?? served.version },
  });
  await saveScorePages(models, context, { modelId, version, asOf, rows: anew.rows });
  if (card.kind === 'clustering') await saveMoves(models, context, { modelId, version });
  await models.goLive(context.fence, modelId, version);
  return { version, fitOf: fitOf ?? served.version, people: anew.rows.length };
}
