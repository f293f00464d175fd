import type { JobControl } from '../progress';
import type { ProfileId, WorkspaceId } from '../ids';

/** A value bound to a `{name:Type}` of a statement; never part of its text. */
export type ColumnParameter = string | number | bigint | boolean | null | readonly ColumnParameter[];
export type ColumnParameters = Readonly<Record<string, ColumnParameter>>;

/** What is known of people as numbers. Row i belongs to `profileIds[i]`; a missing value is NaN. */
export interface ProfileMatrix {
  readonly profileIds: readonly ProfileId[];
  /** Row-major rows × cols, on shared memory, so that a thread reads it without a copy. */
  readonly matrix: Float64Array<SharedArrayBuffer>;
  readonly rows: number;
  readonly cols: number;
}

/** Who is in and whom time may turn, for each of many rules, in their order. Times are epoch milliseconds. */
export interface FillAnswer {
  readonly members: readonly ProfileId[];
  /** People whose answer may change with no new record, and for each the instant before which it cannot. */
  readonly waking: readonly ProfileId[];
  readonly dueAt: readonly number[];
}

/**
 * Set questions over everybody's history, in ClickHouse SQL. The statements come from our compilers and carry the
 * workspace as the parameter `workspaceId`; they read these, and nothing else:
 *
 * - `live_events(workspace_id UUID, profile_id UUID, event_id UUID, name String, ts DateTime64(3,'UTC'), properties String)`
 *   events as they count now: merges followed, erased ones gone; properties are JSON
 * - `profiles(workspace_id, profile_id)` everybody who has any live record, also without events
 * - `traits(workspace_id, profile_id, key, value String, valid_from DateTime64(3,'UTC'), message_id String)` the history
 *   of traits; value is JSON, `null` removes
 * - `accounts(workspace_id, profile_id)`, `account_events` (as `live_events`, the account's id as `profile_id`) and
 *   `account_people(workspace_id, profile_id, account_id, since)`: accounts, the events that name them, their people
 * - `memberships(workspace_id, profile_id, segment_key)` who is in now
 * - `consents(workspace_id, profile_id, purpose)` to what people consent, over all their identifiers
 * - `scores(workspace_id, profile_id, model_key, probability, percentile, cluster_key, confidence)` of live versions
 *
 * A caller may rely on: the reading user can change nothing and reach no other store; a statement over the limits fails
 * with COLUMNS_TOO_HEAVY; every read sees each loaded row exactly once however often it was loaded. It lags behind
 * PostgreSQL by the load that is under way.
 */
export interface ColumnStore {
  /** The `profile_id`s of a statement that selects that one column (UUID). Order and repeats are the statement's. */
  members(sql: string, params: ColumnParameters, control?: JobControl): Promise<readonly ProfileId[]>;
  /** How many rows a statement has; they stay where they are. */
  count(sql: string, params: ColumnParameters, control?: JobControl): Promise<number>;
  /**
   * A statement of `profile_id` (UUID) and then `cols` columns of Float64 (not Nullable: NaN stands for missing).
   *
   * Shape   rows in the statement's order
   */
  matrix(
    statement: { readonly sql: string; readonly params: ColumnParameters; readonly cols: number },
    control?: JobControl,
  ): Promise<ProfileMatrix>;
  /**
   * A statement of `profile_id` (UUID), `members` (Array(UInt16), places of rules), `waking` (Array(UInt16)) and `due`
   * (Array(Int64)), as a back-fill of many rules asks.
   *
   * Shape   one answer for each of `rules` rules; people in the statement's order
   */
  fill(
    statement: { readonly sql: string; readonly params: ColumnParameters; readonly rules: number },
    control?: JobControl,
  ): Promise<readonly FillAnswer[]>;
  /**
   * Any other statement; rows are objects by column name, checked by `parse`. 64-bit integers arrive as numbers or as
   * text, by the server's age: select `toString(…)` where they may pass 2^53, and coerce otherwise.
   */
  query<Row>(
    sql: string,
    params: ColumnParameters,
    parse: (row: unknown) => Row,
    control?: JobControl,
  ): Promise<readonly Row[]>;
}

/** What a load did. */
export interface ColumnLoadReport {
  readonly events: number;
  readonly traits: number;
  readonly memberships: number;
  readonly consents: number;
  readonly scores: number;
  /** The store was empty, damaged or of another timeline, and was filled from the beginning. */
  readonly rebuilt: boolean;
  readonly durationMs: number;
}

/**
 * Brings the column store up to PostgreSQL.
 *
 * A caller may rely on: everything committed before the call by transactions older than every open one is readable
 * afterwards; a load that dies half-way is continued by the next one and counts nothing twice; loads of one workspace
 * may overlap.
 */
export interface ColumnLoader {
  load(workspaceId: WorkspaceId, control?: JobControl): Promise<ColumnLoadReport>;
  /** Compares the store with PostgreSQL and rebuilds the workspace when they differ. For the start of a process. */
  verify(workspaceId: WorkspaceId, control?: JobControl): Promise<{ readonly equal: boolean }>;
}
