import type { BatchId, ProfileId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';
import type { FeatureRow, FeatureValue, PersonEvent } from './features.port';

/** Somebody whom batches touched. */
export interface TouchedPerson {
  readonly profileId: ProfileId;
  /** Names of the events that came or went; null when they are not known: any may have. */
  readonly names: readonly string[] | null;
  /** Those that count now, nothing later than `asOf` among them, in no order. */
  readonly events: readonly PersonEvent[];
  /** Epoch milliseconds, by the database clock. */
  readonly asOf: number;
}

/** What a computation of live traits reads. */
export interface LiveTraitsNeed {
  readonly workspaceId: WorkspaceId;
  readonly batchIds: readonly BatchId[];
  /** Of the set: values name it. */
  readonly definitionVersion: number;
  /** Events without any of these names touch nobody; null: any does. */
  readonly names: readonly string[] | null;
  /** Only these carry their properties; all do when it is null. */
  readonly propertiesOf: readonly string[] | null;
}

/**
 * Computed traits that are kept with the other traits of a person, so that rules may use them.
 *
 * A caller may rely on: people are held while they are computed, so that of two computations the later one is of all
 * events that the earlier one saw; a value that is as before is not written again; people that are gone are left out.
 */
export interface LiveTraitStore {
  /** Computes what the touched people need, 200 a transaction. Answers how many values changed. */
  touch(
    need: LiveTraitsNeed,
    compute: (person: TouchedPerson) => Readonly<Record<string, FeatureValue>>,
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * Keeps values of a pass over everybody, as of its instant; who has been computed since keeps what is later. At most
   * 5,000 rows a call. Answers whose values changed, also where an earlier call changed them to what they are.
   */
  write(
    fence: Fence,
    point: { readonly definitionVersion: number; readonly asOf: number },
    rows: readonly FeatureRow[],
  ): Promise<readonly ProfileId[]>;
}
