import type { JobControl, WorkspaceId } from '@kohort/kernel-contracts';
import type { CategoryWords } from '@kohort/models-domain';

/** Features of people at one instant. Row i of `data` belongs to `profileIds[i]`; a missing value is NaN. */
export interface FeatureMatrix {
  readonly profileIds: readonly string[];
  readonly features: readonly string[];
  /** Of the set of features that they are of: a set is never edited, a later one may give other values. */
  readonly definitionVersion: number;
  /** Row-major rows × features.length, on shared memory so that a thread reads it without a copy. */
  readonly data: Float64Array<SharedArrayBuffer>;
  /** Features that hold places of words, of the words of these people; absent where none does. */
  readonly categories?: readonly CategoryWords[];
}

/**
 * Point-in-time data sets. A caller may rely on: nothing that happened after `asOf` is in `features`; people without an
 * order at or before `asOf` are left out; rows come in profile-id order.
 */
export interface DatasetPort {
  features(
    request: {
      readonly workspaceId: WorkspaceId;
      readonly asOf: number;
      readonly features?: readonly string[];
      /** Of the set; the latest when absent. */
      readonly definitionVersion?: number;
      /** Texts that are asked for by their keys come as places of words; they are refused otherwise. */
      readonly withWords?: boolean;
    },
    control: JobControl,
  ): Promise<FeatureMatrix>;
  /** The people who did `event` in (asOf, asOf + horizonDays]. */
  doers(request: {
    readonly workspaceId: WorkspaceId;
    readonly asOf: number;
    readonly horizonDays: number;
    readonly event: string;
  }): Promise<ReadonlySet<string>>;
  /** First and last instant of `event`; null when it never happened. */
  extent(request: {
    readonly workspaceId: WorkspaceId;
    readonly event: string;
  }): Promise<{ first: number; last: number } | null>;
}
