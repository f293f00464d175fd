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

/**
 * Figures about who is and was in segments.
 *
 * A caller may rely on: the past is that of the change log by the time of recording, and what is said of an instant holds
 * every change recorded before it and none later; each answer is of one snapshot, so that its numbers add up exactly; a
 * segment that does not exist has nobody in it. A request without any or with too many steps raises READ_RANGE_INVALID.
 */
export interface SegmentFigures {
  sizeHistory(request: SizeHistoryRequest): Promise<SizeHistory>;
}
