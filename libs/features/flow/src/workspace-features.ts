import { FEATURE_SET_VERSION, pickFeatures, readFeatureSet, type FeatureDefinition } from '@kohort/features-domain';
import type { FeatureStore, WorkspaceId } from '@kohort/kernel-contracts';

/** The traits that a workspace computes, by the version of its set. */
export interface WorkspaceFeatures {
  readonly version: number;
  readonly definitions: readonly FeatureDefinition[];
}

/**
 * The set of a workspace, or those of it that are named: the latest, or that of a version that a value or a model names.
 *
 * Throws  FEATURES_VERSION_UNKNOWN, FEATURES_UNKNOWN
 */
export async function workspaceFeatures(
  store: Pick<FeatureStore, 'set'>,
  workspaceId: WorkspaceId,
  asked: { readonly version?: number | undefined; readonly keys?: readonly string[] | undefined } = {},
): Promise<WorkspaceFeatures> {
  const own = await store.set(workspaceId, asked.version ?? null);
  const version = own?.version ?? asked.version ?? FEATURE_SET_VERSION;
  return { version, definitions: pickFeatures(readFeatureSet(version, own?.definitions ?? null), asked.keys) };
}
