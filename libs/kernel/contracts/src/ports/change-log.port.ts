import type { EventId, ProfileId, SegmentId, WorkspaceId } from '../ids';
import type { MembershipRecord } from './read-records';
import type { Page, PageRequest } from './read.port';

/** Which changes a reader wants; what is absent does not narrow. */
export interface ChangeFilter {
  readonly segmentId?: string | undefined;
  readonly profileId?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
}

/** Where a cursor stands: places of one epoch compare by `order`, as text. */
export interface ChangePlace {
  readonly epoch: number;
  readonly order: string;
}

/** How much of the log to read at once. */
export interface ChangePage {
  readonly limit: number;
  readonly filter?: ChangeFilter;
}

/** One entry of the membership change log. */
export interface MembershipChange {
  /** Resumes right behind it. It may be signed only when it is looked at: who sorts or tells apart takes the place. */
  readonly cursor: string;
  readonly place: ChangePlace;
  readonly segmentId: SegmentId;
  readonly segmentKey: string;
  readonly profileId: ProfileId;
  readonly kind: 'entered' | 'exited';
  readonly changeVersion: number;
  readonly segmentVersion: number;
  /** Epoch milliseconds. */
  readonly evaluatedAt: number;
  readonly recordedAt: number;
  readonly cause: string;
  readonly eventId: EventId | null;
}

export interface MembershipChangeBatch {
  readonly changes: readonly MembershipChange[];
  /** Where to read on: behind the last change, or the given cursor when there was none. */
  readonly cursor: string;
  /** False when the log's present end was reached. */
  readonly more: boolean;
}

/** How far the logs of all workspaces are final. */
export interface LogHorizon {
  /** Moves whenever any log may have become longer: what was written before it can be read. */
  readonly readable: bigint;
  /** Everything that is committed by now can be read once `readable` is as far. */
  readonly committed: bigint;
}

/**
 * The membership change log, read in commit order.
 *
 * A caller may rely on: a change committed before the call is either in this batch, in a later one, or was in an
 * earlier one, never nowhere; the order of two readings is the same; a cursor is opaque, signed, and good for one
 * workspace. A cursor that was not made here raises POSTGRES_CURSOR_INVALID, one of an earlier timeline (a restore)
 * POSTGRES_CURSOR_EXPIRED. Two changes of one person in one segment that were committed at the same time may stand in
 * the order of their transactions: the one with the higher `changeVersion` is the later one.
 */
export interface ChangeLogPort {
  /** What follows a cursor. With a filter the answered cursor passes over what was not wanted. */
  readAfter(workspaceId: WorkspaceId, cursor: string, page: ChangePage): Promise<MembershipChangeBatch>;
  /** The last `limit` changes, oldest first, and the cursor of the present end; `more`: there are earlier ones. */
  latest(workspaceId: WorkspaceId, limit: number): Promise<MembershipChangeBatch>;
  /**
   * Whether a client may resume from this cursor.
   *
   * Throws  POSTGRES_CURSOR_EXPIRED as well when a change behind it is older than what is kept for resuming
   */
  check(workspaceId: WorkspaceId, cursor: string): Promise<void>;
  /** Where a cursor stands. Asks nobody. Throws  POSTGRES_CURSOR_INVALID */
  placeOf(workspaceId: WorkspaceId, cursor: string): ChangePlace;
  /** How long changes are kept for resuming, in milliseconds. */
  readonly retentionMs: number;
  /** The cursor of the log's present end: everything committed later comes behind it. */
  head(workspaceId: WorkspaceId): Promise<string>;
  /**
   * Who was in at a cursor, by segment and profile. What follows that cursor in the log, applied to it by
   * `changeVersion`, gives what is true now.
   *
   * Throws  as `check`; READ_CURSOR_INVALID for the page's place
   */
  membersAt(
    workspaceId: WorkspaceId,
    at: { readonly cursor: string; readonly segmentId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<MembershipRecord>>;
  /** How far all logs can be read. Pollers ask for it alone and read nothing while it stands still. */
  horizon(): Promise<LogHorizon>;
}
