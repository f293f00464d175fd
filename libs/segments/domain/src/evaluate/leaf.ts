import type { Json } from '@kohort/kernel-contracts';
import type { EventIndex } from './event-index';
import type { ShownWindow } from './time-window';

/** What a leaf compared and counted, for the proof. */
export interface LeafEvidence {
  readonly values: readonly Json[];
  /** In (time, id) order, at most EVENT_IDS_SHOWN of them. */
  readonly eventIds: readonly string[];
  /** All that were counted, also those that are not listed; null for leaves that count nothing. */
  readonly count: number | null;
  readonly window: ShownWindow | null;
}

/** The least new record that would turn a leaf round. */
export interface LeafFlip {
  /** How many new records it takes. */
  readonly records: number;
  /** In words: `one more "Order Completed"`. */
  readonly text: string;
}

/** A leaf over one profile's history. */
export interface BoundLeaf {
  at(now: number): boolean;
  /** Smallest instant after `now` at which `at` may differ without a new record; null when it never will. */
  nextCandidate(now: number): number | null;
  /** As `nextCandidate`, where instants can be left out at which what is counted changes and the answer does not. */
  nextTurn?(now: number): number | null;
  evidence(now: number): LeafEvidence;
  /** null when no single kind of new record turns the leaf round. */
  flip(now: number): LeafFlip | null;
}

/** A leaf of one or many rules. Leaves with the same key ask the same question and are computed once. */
export interface LeafPlan {
  readonly key: string;
  /**
   * The answer, where it is plain without binding that no time will ever change it; undefined: bind and see. What most
   * leaves of most rules say of most profiles costs no more than this.
   */
  readonly settled?: (index: EventIndex, now: number) => boolean | undefined;
  bind(index: EventIndex): BoundLeaf;
}

/** A proof lists at most this many event ids a node. */
export const EVENT_IDS_SHOWN = 20;

/** Evidence of a leaf that looks at no event. */
export function valueEvidence(...values: Json[]): LeafEvidence {
  return { values, eventIds: [], count: null, window: null };
}

/** A leaf that time alone never changes. */
export function constantLeaf(result: boolean, evidence: LeafEvidence, flip: LeafFlip | null): BoundLeaf {
  return { at: () => result, nextCandidate: () => null, evidence: () => evidence, flip: () => flip };
}
