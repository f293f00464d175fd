import type { SegmentId } from '../ids';

export const SIZE_STEPS = ['hour', 'day'] as const;
export type SizeStep = (typeof SIZE_STEPS)[number];

/** The longest history that is worked out at once, in steps. */
export const MAX_SIZE_POINTS = 1_000;

/** How a segment's size moved within one step: from its start on, up to its end and without it. */
export interface SizePoint {
  readonly fromMs: number;
  readonly toMs: number;
  /** People in it at the end of the step; now, in the step that is still running. */
  readonly size: number;
  readonly entered: number;
  readonly exited: number;
}

/** A segment's size, step by step. */
export interface SizeHistory {
  /** Of the workspace; days begin at its midnight. */
  readonly timeZone: string;
  /** Oldest first. */
  readonly points: readonly SizePoint[];
  /** Historical volatility of the steps that are over; null when it is not defined. */
  readonly volatility: number | null;
}

/** Which stretch of a segment's past: the steps that have a part in `[fromMs, toMs)`. Epoch milliseconds. */
export interface SizeHistoryRequest {
  readonly segmentId: SegmentId;
  readonly fromMs: number;
  readonly toMs: number;
  readonly step: SizeStep;
}

/** The most segments that are held against each other at once. */
export const MAX_COMPARED_SEGMENTS = 20;

/** How many people two segments share now. */
export interface SegmentOverlap {
  readonly a: SegmentId;
  readonly b: SegmentId;
  readonly people: number;
}

/** What one cause did to a segment's size, by people first seen within the stretch (`isNew`) or by the others. */
export interface SizeCause {
  readonly cause: string;
  readonly isNew: boolean;
  readonly entered: number;
  readonly exited: number;
}

/** Why a segment's size is another at the end of a stretch: after = before + entered − exited. */
export interface SizeChange {
  readonly before: number;
  readonly after: number;
  /** By cause; those alone that did something. */
  readonly causes: readonly SizeCause[];
}

/** People who were in one segment and are in another; null: in none of those asked about. */
export interface SegmentFlow {
  readonly from: SegmentId | null;
  readonly to: SegmentId | null;
  readonly people: number;
}

/** Who was in which segments at one instant, against those of another. */
export interface SegmentMigration {
  /** People in any of the first set then or of the second set later; each counts once. */
  readonly people: number;
  /** Those alone that somebody took; never from none to none. Who is in two of a set is in the flows of both. */
  readonly flows: readonly SegmentFlow[];
}

/** Which segments at which two instants; at most `MAX_COMPARED_SEGMENTS` of each, epoch milliseconds. */
export interface SegmentMigrationRequest {
  readonly from: readonly SegmentId[];
  readonly to: readonly SegmentId[];
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Figures about who is and was in segments.
 *
 * A caller may rely on: the past is that of the change log by the time of recording, and what is said of an instant holds
 * every change recorded before it and none later; each answer is of one snapshot, so that its numbers add up exactly; a
 * segment that does not exist has nobody in it. A request without any or with too many steps raises READ_RANGE_INVALID.
 */
export interface SegmentFigures {
  sizeHistory(request: SizeHistoryRequest): Promise<SizeHistory>;
  /** Of the changes recorded in `[fromMs, toMs)`. */
  sizeChange(request: Omit<SizeHistoryRequest, 'step'>): Promise<SizeChange>;
  /** Every pair that shares somebody once, the earlier of the list as `a`, and each segment with itself. */
  overlap(segmentIds: readonly SegmentId[]): Promise<readonly SegmentOverlap[]>;
  migration(request: SegmentMigrationRequest): Promise<SegmentMigration>;
}
