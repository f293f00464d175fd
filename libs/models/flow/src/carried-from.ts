import {
  clusteringCardSchema,
  type ArtifactStore,
  type JobControl,
  type ModelId,
  type ModelStore,
  type RunContext,
} from '@kohort/kernel-contracts';
import type { CarriedFrom, ClusterMatch } from '@kohort/models-domain';
import { textOf } from './text-bytes';

/** Two fits of one model: their artifacts, and everybody's cluster in both, -1 in none; people in the same order. */
export interface MatchInput {
  readonly before: { readonly artifact: string; readonly labels: Int32Array };
  readonly after: { readonly artifact: string; readonly labels: Int32Array };
}

interface Ports {
  readonly models: ModelStore;
  readonly artifacts: Pick<ArtifactStore, 'read'>;
  readonly match: (input: MatchInput, control: JobControl) => Promise<ClusterMatch>;
}

interface NewFit {
  readonly modelId: ModelId;
  readonly matrix: { readonly profileIds: readonly string[] };
  readonly fit: { readonly labels: Int32Array; readonly artifact: string };
}

const PAGE_PEOPLE = 5_000;

/**
 * The version that a new fit follows, and which of its clusters is which of that one's; null when there is none to follow.
 *
 * Cost  one reading of the people's clusters of before, 5,000 a statement
 */
export async function carriedFrom(
  { models, artifacts, match }: Ports,
  context: RunContext,
  { modelId, matrix, fit }: NewFit,
): Promise<CarriedFrom | null> {
  const served = await models.served(context.fence, modelId);
  const card = clusteringCardSchema.safeParse(served?.card).data;
  if (!served || served.artifactKey === null || !card) return null;
  const places = new Map(card.clusters.map(({ key }, place) => [key, place]));
  const { profileIds } = matrix;
  const labels = new Int32Array(profileIds.length).fill(-1);
  const at = { modelId, version: served.version };
  for (let from = 0; from < profileIds.length; from += PAGE_PEOPLE) {
    context.signal.throwIfAborted();
    const page = profileIds.slice(from, from + PAGE_PEOPLE);
    const keys = await models.clusterKeys(context.fence.workspaceId, at, page);
    keys.forEach((key, i) => (labels[from + i] = places.get(key ?? '') ?? -1));
    context.onProgress({ phase: 'matching clusters', done: from + page.length, total: profileIds.length });
  }
  const artifact = await textOf(artifacts.read(served.artifactKey));
  const found = await match(
    { before: { artifact, labels }, after: { artifact: fit.artifact, labels: fit.labels } },
    context,
  );
  return { version: served.version, card, keys: served.keys, match: found };
}

/** Keeps who changed cluster, page by page; obeys cancel between pages. */
export async function saveMoves(
  models: ModelStore,
  context: RunContext,
  at: { readonly modelId: ModelId; readonly version: number },
): Promise<void> {
  let after: string | null = null;
  do {
    context.signal.throwIfAborted();
    after = await models.saveClusterMoves(context.fence, at, after);
  } while (after !== null);
}
