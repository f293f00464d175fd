import { segmentsErrors } from '../errors';
import type { CompiledRule, CompiledRules } from './compile-rules';
import { EventIndex } from './event-index';
import type { History } from './history';
import type { LeafReader } from './holds';
import type { BoundLeaf, LeafPlan } from './leaf';
import { LeafTimeline } from './leaf-timeline';
import { makeProof, type Proof } from './proof';

/** The answer for one rule and one profile. */
export interface RuleOutcome {
  readonly member: boolean;
  /** Epoch milliseconds of the first instant at which the answer differs with no new record; null when there is none. */
  readonly nextChangeAt: number | null;
  /** Why; worked out when asked for. */
  readonly explain: () => Proof;
}

/** An outcome with its proof, for one rule. */
export interface ProvenOutcome {
  readonly member: boolean;
  readonly nextChangeAt: number | null;
  readonly proof: Proof;
}

/** What is known of a leaf: one answer for ever, or an answer that time may change; 0 while nothing is. */
const [NEVER, ALWAYS, OPEN] = [1, 2, 3];
/** The first change of a leaf has not been looked for. */
const UNSOUGHT = -1;

/** One profile under all the rules: what they ask alike is worked out once, and only when asked for. */
class Evaluation implements LeafReader {
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

/**
 * Evaluates many rules on one profile in one pass; leaves they share are computed once, and those that no time can
 * change are not bound to the history at all. Proofs are worked out when asked for.
 *
 * Shape   now: epoch milliseconds, whole; outcomes in the order of the rules
 * Cost    O(events) for each different selection, then a search per leaf and per instant at which a leaf changes
 */
export function evaluateRules(compiled: CompiledRules, history: History, now: number): readonly RuleOutcome[] {
  const evaluation = new Evaluation(compiled.leaves, history, now);
  const leafOf = (leaf: number): BoundLeaf => evaluation.bound(leaf);
  return compiled.rules.map((rule) => {
    const member = rule.test(evaluation);
    const nextChangeAt = evaluation.nextChange(rule, member);
    const explain = (): Proof => makeProof({ root: rule.root, now, nextChangeAt, leafOf });
    return { member, nextChangeAt, explain };
  });
}

/** Evaluates the first (or only) compiled rule and proves the answer. */
export function evaluateRule(compiled: CompiledRules, history: History, now: number): ProvenOutcome {
  const [outcome] = evaluateRules(compiled, history, now);
  if (outcome === undefined) throw segmentsErrors.SEGMENTS_EVALUATION_BROKEN({ reason: 'there is no rule' });
  return { member: outcome.member, nextChangeAt: outcome.nextChangeAt, proof: outcome.explain() };
}
