import type { BoundLeaf } from './leaf';
import { firstAbove } from './sorted-times';

/**
 * A leaf's answer from one instant on, worked out no further than it is asked for and never twice, so that all the
 * rules that share the leaf share the work.
 */
export class LeafTimeline {
  /** Instants at which the answer changes; `results[i]` holds from `starts[i]` until `starts[i + 1]`. */
  private readonly starts: number[];
  private readonly results: boolean[];
  /** The last instant that has been tried, or null when the future holds nothing more. */
  private frontier: number | null;

  constructor(
    readonly leaf: BoundLeaf,
    now: number,
  ) {
    this.starts = [now];
    this.results = [leaf.at(now)];
    this.frontier = now;
  }

  /** The answer at an instant not before the first. */
  at(instant: number): boolean {
    while (this.frontier !== null && this.frontier < instant) this.extend(instant);
    return this.results[firstAbove(this.starts, instant) - 1] ?? false;
  }

  /** The first instant after the given one at which the answer differs from what it is there; null when none. */
  nextFlip(instant: number): number | null {
    this.at(instant);
    for (;;) {
      const next = this.starts[firstAbove(this.starts, instant)];
      if (next !== undefined) return next;
      if (this.frontier === null) return null;
      this.extend(Infinity);
    }
  }

  /** Tries the next candidate. One that lies beyond `limit` is tried as well: it bounds what is known. */
  private extend(limit: number): void {
    let from = this.frontier;
    while (from !== null) {
      const candidate = this.leaf.nextTurn ? this.leaf.nextTurn(from) : this.leaf.nextCandidate(from);
      this.frontier = candidate;
      if (candidate === null) return;
      const result = this.leaf.at(candidate);
      if (result !== this.results.at(-1)) {
        this.starts.push(candidate);
        this.results.push(result);
        return;
      }
      if (candidate >= limit) return;
      from = candidate;
    }
  }
}
