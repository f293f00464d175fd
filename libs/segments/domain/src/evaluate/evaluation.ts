import { segmentsErrors } from '../errors';
import type { CompiledRule } from './compile-rules';
import { EventIndex } from './event-index';
import type { History } from './history';
import type { LeafReader } from './holds';
import type { BoundLeaf, LeafPlan } from './leaf';
import { LeafTimeline } from './leaf-timeline';

/** What is known of a leaf: one answer for ever, or an answer that time may change; 0 while nothing is. */
const [NEVER, ALWAYS, OPEN] = [1, 2, 3];
/** The first change of a leaf has not been looked for. */
const UNSOUGHT = -1;

/** One profile under all the rules: what they ask alike is worked out once, and only when asked for. */
export class Evaluation implements LeafReader {
  private readonly index: EventIndex;
  private readonly states: Uint8Array;
  private timelines: (LeafTimeline | undefined)[] | null = null;
  private flips: Float64Array | null = null;
  private instant: number;

  constructor(
    private readonly leaves: readonly LeafPlan[],
    history: History,
    private readonly now: number,
  ) {
    this.index = new EventIndex(history, now);
    this.states = new Uint8Array(leaves.length);
    this.instant = now;
  }

  /** The leaf's answer at the instant that is looked at. */
  holds(leaf: number): boolean {
    const state = this.states[leaf] || this.look(leaf);
    return state === OPEN ? this.timeline(leaf).at(this.instant) : state === ALWAYS;
  }

  /**
   * The first later instant at which the rule's answer differs: its leaves' changes are walked in order of time and the
   * rule is read again at each, for a leaf may change without the rule.
   */
  nextChange({ leaves, test }: CompiledRule, member: boolean): number | null {
    let next = Infinity;
    for (const leaf of leaves) next = Math.min(next, this.firstFlip(leaf));
    try {
      while (next !== Infinity) {
        this.instant = next;
        if (test(this) !== member) return next;
        next = Infinity;
        for (const leaf of leaves) {
          if (this.states[leaf] === OPEN) next = Math.min(next, this.timeline(leaf).nextFlip(this.instant) ?? Infinity);
        }
      }
      return null;
    } finally {
      this.instant = this.now;
    }
  }

  /** The rule's answer at an instant not before the first. */
  answerAt({ test }: CompiledRule, instant: number): boolean {
    const before = this.instant;
    this.instant = instant;
    try {
      return test(this);
    } finally {
      this.instant = before;
    }
  }

  /** The first instant after the given one at which a leaf of the rule changes; Infinity for never. */
  nextTurn({ leaves }: CompiledRule, instant: number): number {
    let next = Infinity;
    for (const leaf of leaves) {
      if ((this.states[leaf] || this.look(leaf)) !== OPEN) continue;
      next = Math.min(next, this.timeline(leaf).nextFlip(instant) ?? Infinity);
    }
    return next;
  }

  /** The leaf over the profile's history, for a proof. */
  bound(leaf: number): BoundLeaf {
    return this.timeline(leaf).leaf;
  }

  private plan(leaf: number): LeafPlan {
    const plan = this.leaves[leaf];
    if (plan === undefined) throw segmentsErrors.SEGMENTS_EVALUATION_BROKEN({ reason: `there is no leaf ${leaf}` });
    return plan;
  }

  private look(leaf: number): number {
    const answer = this.plan(leaf).settled?.(this.index, this.now);
    const state = answer === undefined ? OPEN : answer ? ALWAYS : NEVER;
    this.states[leaf] = state;
    return state;
  }

  private timeline(leaf: number): LeafTimeline {
    this.timelines ??= [];
    const known = this.timelines[leaf];
    if (known !== undefined) return known;
    const made = new LeafTimeline(this.plan(leaf).bind(this.index), this.now);
    this.timelines[leaf] = made;
    return made;
  }

  /** When the leaf first changes; Infinity for never. */
  private firstFlip(leaf: number): number {
    const state = this.states[leaf] || this.look(leaf);
    if (state !== OPEN) return Infinity;
    this.flips ??= new Float64Array(this.leaves.length).fill(UNSOUGHT);
    const known = this.flips[leaf] ?? UNSOUGHT;
    if (known !== UNSOUGHT) return known;
    const flip = this.timeline(leaf).nextFlip(this.now) ?? Infinity;
    this.flips[leaf] = flip;
    return flip;
  }
}
