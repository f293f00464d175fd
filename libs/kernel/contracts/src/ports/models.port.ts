import type { Json } from '../json';
import type { Fence } from '../runs';
import type { ModelId, WorkspaceId } from '../ids';

export type ModelKind = 'clustering' | 'propensity';
/** Why a version began to be served: it was fitted, returned to, or scored everybody anew by the fit of another. */
export const SERVING_CAUSES = ['fit', 'rollback', 'score'] as const;
export type ServingCause = (typeof SERVING_CAUSES)[number];
export type ModelGrade = 'poor' | 'fair' | 'good' | 'excellent';

/** One person's line of a model version; what does not apply to the kind is null. */
export interface ScoreRow {
  readonly profileId: string;
  readonly probability: number | null;
  /** 0–100, share of people with a lower or equal probability. */
  readonly percentile: number | null;
  readonly clusterKey: string | null;
  readonly distance: number | null;
  /** 0–1; for clusters in the algorithm's own way, which its card tells. */
  readonly confidence: number | null;
  /** 0–1; from 0.5 on the person belongs to the outlier group of a clustering. */
  readonly outlierScore?: number | null;
}

/** A version before its pointer: everything that the registry keeps of it. */
export interface NewModelVersion {
  readonly status: 'ready' | 'refused' | 'insufficient_data';
  readonly grade: ModelGrade | null;
  readonly seed: number;
  readonly asOf: number;
  readonly artifactKey: string | null;
  readonly artifactSha256: string | null;
  readonly card: Json;
  /** The version that it follows: it goes live only while that one is. Left out: it follows whatever is live. */
  readonly follows?: number | null;
  /** The version whose fit it scores everybody by; left out: its own. Such a version always goes live as one that follows. */
  readonly fitOf?: number | null;
}

/** The version of a model that a new one follows. */
export interface ServedVersion {
  readonly version: number;
  readonly grade: ModelGrade | null;
  readonly seed: number;
  readonly artifactKey: string | null;
  readonly artifactSha256: string | null;
  /** The version whose fit it scores by; null: its own. */
  readonly fitOf: number | null;
  /** Keys of the clusters of all versions but the run's own, each once. */
  readonly keys: readonly string[];
  readonly card: Json;
}

/**
 * The model registry. A caller may rely on: `openVersion` is the same for the same run (a repeated job continues its
 * own version); scores of a version are invisible until `goLive`; every write holds the run's fence.
 */
export interface ModelStore {
  /** Finds or creates the model. Throws MODELS_KIND_DIFFERS when the key is taken by another kind. */
  ensureModel(workspaceId: WorkspaceId, model: { key: string; name: string; kind: ModelKind }): Promise<ModelId>;
  /**
   * The live version that the run's own is to follow; null when there is none. Of a run whose version has been served: the
   * one it followed.
   */
  served(fence: Fence, modelId: ModelId): Promise<ServedVersion | null>;
  /** The cluster keys of people under a version, in their order; undefined for who is not in it, null for who is in none. */
  clusterKeys(
    workspaceId: WorkspaceId,
    at: { modelId: ModelId; version: number },
    profileIds: readonly string[],
  ): Promise<readonly (string | null | undefined)[]>;
  openVersion(fence: Fence, modelId: ModelId, version: NewModelVersion): Promise<number>;
  /** Keeps what a run need not compute again. */
  saveCheckpoint(fence: Fence, checkpoint: Json): Promise<void>;
  /** At most 5,000 rows a call, one transaction each; a repeat overwrites. */
  saveScores(
    fence: Fence,
    at: { modelId: ModelId; version: number; asOf: number },
    rows: readonly ScoreRow[],
  ): Promise<void>;
  /**
   * Keeps who is in another cluster than under the version that this one follows; after the last page of scores. One page
   * of people behind `after` a call, from null on; answers where the next begins, null behind the last. A pass from null
   * on overwrites the one before.
   */
  saveClusterMoves(
    fence: Fence,
    at: { modelId: ModelId; version: number },
    after: string | null,
  ): Promise<string | null>;
  /** Opens an alert: so many people are scored by the model as it was stored otherwise than by the one that was fitted. */
  raiseDamage(fence: Fence, modelId: ModelId, people: number): Promise<void>;
  /**
   * Flips the pointer, lets go of the scores of all but the live version and the two served before it, resolves the alert
   * about the model's file, and announces ScoresChanged: one transaction. Does nothing for a version that was served
   * already and is live no more: an earlier one was returned to.
   *
   * Throws  MODELS_OVERTAKEN when another version than the one it follows is live by now, or when its scores were let go of
   *         while it was written
   */
  goLive(fence: Fence, modelId: ModelId, version: number): Promise<void>;
}

/** Where the fitted model of a version lies, and what its card says. */
export interface ModelFile {
  readonly kind: ModelKind;
  /** Null when the version has none. */
  readonly artifactKey: string | null;
  readonly card: Json;
}

/** Finds the file of any version of a model, live or not; null when there is no such version in the workspace. */
export interface ModelFiles {
  of(workspaceId: WorkspaceId, modelId: ModelId, version: number): Promise<ModelFile | null>;
}
