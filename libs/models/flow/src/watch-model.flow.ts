import {
  clusteringCardSchema,
  runParams,
  type ArtifactStore,
  type ClusteringCard,
  type JobControl,
  type Json,
  type ModelDrift,
  type ModelWatchStore,
  type RunContext,
  type RunParams,
  type WatchedModel,
} from '@kohort/kernel-contracts';
import type { DatasetPort, FeatureMatrix } from './dataset.port';
import { modelErrors } from './model-errors';
import { textOf } from './text-bytes';

/** What a thread holds against each other; the columns of both matrices are the model's features in their order. */
export interface WatchLook {
  readonly artifact: string;
  readonly keys: readonly string[];
  readonly before: FeatureMatrix;
  readonly after: FeatureMatrix;
  readonly earlier: readonly Readonly<Record<string, number>>[];
  readonly seed: number;
}

/** What a look at a model needs of the world. */
export interface WatchModelPorts {
  readonly dataset: Pick<DatasetPort, 'features'>;
  readonly watch: ModelWatchStore;
  readonly artifacts: Pick<ArtifactStore, 'read'>;
  /** Compares in a thread; the event loop stays free. */
  readonly compare: (look: WatchLook, control: JobControl) => Promise<ModelDrift>;
}

const DAY_MS = 86_400_000;
const SEEDS = 2 ** 31;
/** Fewer people than this say nothing of a population. */
const MIN_PEOPLE = 50;

/** Both matrices: of the set of features that the model was fitted on, at its instant and at the look's. */
async function bothOf(
  { dataset }: WatchModelPorts,
  context: RunContext,
  of: { readonly watched: WatchedModel; readonly card: ClusteringCard; readonly asOf: number },
): Promise<Pick<WatchLook, 'before' | 'after'>> {
  const { workspaceId } = context.run;
  const { features, definitionVersion } = of.card;
  const version = definitionVersion === undefined ? {} : { definitionVersion };
  const at = (asOf: number) => dataset.features({ workspaceId, asOf, features, withWords: true, ...version }, context);
  return { before: await at(of.watched.asOf), after: await at(of.asOf) };
}

/** The fit that follows what was found; null: none does. */
function refitOf({ refit, fitted }: WatchedModel, { level }: ModelDrift, asOf: string): Json {
  const known = runParams['models.fitClusters'].safeParse(fitted).data;
  return refit.kind === 'on_drift' && level === 'moved' && known ? { ...known, asOf } : null;
}

/**
 * Looks whether the people of now are still those that a clustering was fitted on: features, sizes and centres, with
 * everybody placed by the served version.
 *
 * Promise  at least once; what was found, the alert and the fit that follows are one transaction
 * Key      model, version and day: a repeat overwrites; one fit is asked for of a version and day
 * Size     two matrices of people × features in memory
 * Throws   MODELS_NOT_SERVED; what the data set and the artifact refuse
 */
export async function watchModel(
  ports: WatchModelPorts,
  context: RunContext,
  params: RunParams<'models.watch'>,
): Promise<Json> {
  const { modelKey, asOf } = params;
  const day = new Date(asOf).toISOString().slice(0, 10);
  const watched = await ports.watch.watched(context.run.workspaceId, modelKey, day);
  const card = clusteringCardSchema.safeParse(watched?.card).data;
  if (!watched || watched.artifactKey === null || !card) throw modelErrors.MODELS_NOT_SERVED({ model: modelKey });
  context.onProgress({ phase: 'reading features', done: 0, total: null });
  const { before, after } = await bothOf(ports, context, { watched, card, asOf: Date.parse(asOf) });
  const people = {
    modelKey,
    version: watched.version,
    before: before.profileIds.length,
    after: after.profileIds.length,
  };
  if (Math.min(people.before, people.after) < MIN_PEOPLE) return { ...people, level: null };
  const artifact = await textOf(ports.artifacts.read(watched.artifactKey));
  const keys = card.clusters.map(({ key }) => key);
  const { earlier } = watched;
  // Other samples each day: one that is unlike everybody must not be compared look after look.
  const seed = (card.seed + Math.floor(Date.parse(asOf) / DAY_MS)) % SEEDS;
  const drift = await ports.compare({ artifact, keys, before, after, earlier, seed }, context);
  context.signal.throwIfAborted();
  const { modelId, version } = watched;
  const kept = { modelId, version, day, drift, refit: refitOf(watched, drift, asOf) };
  const { alert, refit } = await ports.watch.saveLook(context.fence, kept);
  return { ...people, level: drift.level, reasons: drift.reasons.slice(0, 10), alert, refit };
}
