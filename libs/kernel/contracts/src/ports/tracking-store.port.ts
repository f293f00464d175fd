import type { Json, JsonObject } from '../json';
import type { SourceId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';
import type { NormalisedMessage } from '../segment-message';
import type { RefusedRecord } from './ingest-store.port';
import type { PlanViolation } from './tracking.port';

export type PlanStatus = 'draft' | 'approved' | 'archived';
export type PlanOrigin = 'written' | 'learned';

/** One version of a plan. `sourceId` null: of every source without a plan of its own. Times in epoch milliseconds. */
export interface TrackingPlanRecord {
  readonly id: string;
  readonly sourceId: SourceId | null;
  readonly version: number;
  readonly status: PlanStatus;
  readonly origin: PlanOrigin;
  readonly document: JsonObject;
  /** What a learned version rests on; null of a written one. */
  readonly evidence: Json;
  /** Ids of the keys that did it. */
  readonly createdBy: string;
  readonly createdAt: number;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  readonly archivedBy: string | null;
  readonly archivedAt: number | null;
}

/** A version to be made. `id`: the same again makes nothing. */
export interface NewTrackingPlan {
  readonly id: string;
  readonly sourceId: SourceId | null;
  readonly origin: PlanOrigin;
  readonly document: JsonObject;
  readonly evidence: Json;
  readonly createdBy: string;
}

/** The approved version that a source's messages are held against. */
export interface PlanInForce {
  readonly planId: string;
  readonly planVersion: number;
  readonly document: Json;
}

/** What the door and the learner need of the plans. */
export interface TrackingStore {
  /** The plan in force, or `same` when it is still the one of id `known` (null: none). */
  inForce(
    origin: { readonly workspaceId: WorkspaceId; readonly sourceId: SourceId },
    known: string | null | undefined,
  ): Promise<{ readonly same: true } | { readonly same: false; readonly plan: PlanInForce | null }>;
  /** The newest version of a source (null: of the workspace), whatever its status but archived. */
  latest(workspaceId: WorkspaceId, sourceId: SourceId | null): Promise<TrackingPlanRecord | null>;
  /** Adds a draft, numbered behind the others. */
  draft(workspaceId: WorkspaceId, plan: NewTrackingPlan): Promise<TrackingPlanRecord>;
  /**
   * The newest stored events, some of every kind: at most `limit`, at most a tenth of it of one kind, from the newest
   * 200,000. In pages, so that they are never all in memory.
   */
  sample(
    workspaceId: WorkspaceId,
    of: { readonly sourceId: SourceId | null; readonly limit: number },
  ): AsyncIterable<readonly Pick<NormalisedMessage, 'type' | 'name' | 'properties' | 'traits'>[]>;
}

/** Which kept items; what is absent does not narrow. Times are of receipt, epoch milliseconds, `to` excluded. */
export interface QuarantineFilter {
  readonly ids?: readonly string[] | undefined;
  readonly sourceId?: SourceId | undefined;
  readonly event?: string | undefined;
  readonly code?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** A quarantined item as it is listed. */
export interface QuarantinedRecord extends RefusedRecord {
  readonly event: string | null;
  readonly planId: string | null;
  readonly planVersion: number | null;
  readonly violations: readonly PlanViolation[];
}

/** Quarantined items, oldest first. */
export interface QuarantineStore {
  /** The database's clock, epoch milliseconds: what is kept after it is not part of a replay that begins now. */
  now(workspaceId: WorkspaceId): Promise<number>;
  count(workspaceId: WorkspaceId, filter: QuarantineFilter, keptBeforeMs: number): Promise<number>;
  page(
    workspaceId: WorkspaceId,
    filter: QuarantineFilter,
    page: { readonly keptBeforeMs: number; readonly after: string | null; readonly limit: number },
  ): Promise<{ readonly items: readonly QuarantinedRecord[]; readonly after: string | null }>;
  forget(workspaceId: WorkspaceId, ids: readonly string[]): Promise<void>;
  /** Forgets at most `limit` that are older than so many days; answers how many. */
  sweep(workspaceId: WorkspaceId, days: number, limit: number): Promise<number>;
  saveCheckpoint(fence: Fence, checkpoint: Json): Promise<void>;
}
