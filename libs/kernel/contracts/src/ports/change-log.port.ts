import type { EventId, ProfileId, SegmentId, WorkspaceId } from '../ids';

/** One entry of the membership change log, with the cursor that resumes right behind it. */
export interface MembershipChange {
  readonly cursor: string;
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

/**
 * The membership change log, read in commit order.
 *
 * A caller may rely on: a change committed before the call is either in this batch, in a later one, or was in an
 * earlier one, never nowhere; the order of two readings is the same; a cursor is opaque, signed, and good for one
 * workspace. A cursor that was not made here raises POSTGRES_CURSOR_INVALID, one of an earlier timeline (a restore)
 * POSTGRES_CURSOR_EXPIRED.
 */
export interface ChangeLogPort {
  readAfter(workspaceId: WorkspaceId, cursor: string, limit: number): Promise<MembershipChangeBatch>;
  /** The cursor of the log's present end: everything committed later comes behind it. */
  head(workspaceId: WorkspaceId): Promise<string>;
  /**
   * A value that moves whenever any log may have become longer, for every workspace at once: pollers ask for it alone
   * and read nothing while it stands still.
   */
  horizon(): Promise<string>;
}
