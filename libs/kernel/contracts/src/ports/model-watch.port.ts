import type { Json } from '../json';
import type { Fence } from '../runs';
import type { ModelId, WorkspaceId } from '../ids';
import type { ModelDrift } from '../model-drift';

export const REFIT_KINDS = ['never', 'schedule', 'on_drift'] as const;
export type RefitKind = (typeof REFIT_KINDS)[number];

/** When a model is fitted again by itself. */
export interface RefitSetting {
  readonly kind: RefitKind;
  /** Of a schedule: days from one fit to the next; null else. */
  readonly everyDays: number | null;
}

/** A model that is served, and what the looks at it so far have found. */
export interface WatchedModel {
  readonly modelId: ModelId;
  readonly version: number;
  /** Null when the version has none. */
  readonly artifactKey: string | null;
  readonly card: Json;
  /** The instant whose knowledge it was fitted on, epoch milliseconds. */
  readonly asOf: number;
  readonly refit: RefitSetting;
  /** What its fit was asked for; null when that is not known. */
  readonly fitted: Json;
  /** Shares of the clusters by key at the looks at this version before a day, oldest first. */
  readonly earlier: readonly Readonly<Record<string, number>>[];
}

/** What a look at a model found. */
export interface FoundLook {
  readonly modelId: ModelId;
  readonly version: number;
  /** `2026-05-14`, UTC: one look a version and day. */
  readonly day: string;
  readonly drift: ModelDrift;
  /** Parameters of the fit that is to follow; null: none is. */
  readonly refit: Json;
}

/** A look that was kept. */
export interface ModelLook {
  readonly version: number;
  readonly day: string;
  /** Epoch milliseconds. */
  readonly lookedAt: number;
  readonly drift: ModelDrift;
}

/**
 * Looks at models. A caller may rely on: a look is of a version and a day, a repeat overwrites it; it, the alert that it
 * opens, goes on with or resolves, and the fit that it asks for are one transaction under the run's fence; of one version
 * and day one fit is asked for.
 */
export interface ModelWatchStore {
  /** Null when there is no such clustering, or none of its versions is served. */
  watched(workspaceId: WorkspaceId, modelKey: string, beforeDay: string): Promise<WatchedModel | null>;
  saveLook(
    fence: Fence,
    look: FoundLook,
  ): Promise<{ readonly alert: 'opened' | 'resolved' | null; readonly refit: boolean }>;
}
