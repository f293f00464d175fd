import type { ProfileId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';

/** One person's computed features by key; null where a feature is missing. */
export interface FeatureRow {
  readonly profileId: ProfileId;
  readonly values: Readonly<Record<string, number | null>>;
}

/** Which definitions, and known up to when (epoch milliseconds). */
export interface FeatureSetPoint {
  readonly definitionVersion: number;
  readonly asOf: number;
}

/**
 * The latest computed features of people, for their pages and explanations.
 *
 * A caller may rely on: `save` is one transaction that holds the run's fence; a repeat overwrites; people that are gone
 * meanwhile are left out.
 */
export interface FeatureStore {
  /** The IANA time zone whose calendar the workspace's features follow. */
  timeZone(workspaceId: WorkspaceId): Promise<string>;
  /** At most 5,000 rows a call. Answers how many were written. */
  save(fence: Fence, point: FeatureSetPoint, rows: readonly FeatureRow[]): Promise<number>;
}
