import type { MessageType, NormalisedMessage } from '@kohort/kernel-contracts';
import { planErrors } from './plan-errors';
import { FORBIDDEN_KEYS, PLAN_LIMITS, type PlannedEvent, type TrackingPlan } from './plan.schema';
import { SchemaStats } from './schema-stats';

/** What a learned part of a plan rests on. Shares and confidence are 0–1. */
export interface LearnedEvent {
  /** The event's name, or `identify`, `group`, `page`, `screen`. */
  readonly name: string;
  readonly kind: MessageType;
  readonly examples: number;
  /** Lower end of the 95 % Wilson interval of "the next event is like these": n / (n + 3.84). */
  readonly confidence: number;
  readonly properties: readonly {
    readonly name: string;
    readonly count: number;
    readonly share: number;
    readonly types: Readonly<Record<string, number>>;
  }[];
}

/** A plan drawn from examples, and what it rests on. */
export interface LearnedPlan {
  readonly plan: TrackingPlan;
  readonly evidence: readonly LearnedEvent[];
  /** Events that a plan cannot name: longer than 200 characters, or more than 500 of them (the rarest go). */
  readonly leftOut: number;
}

/** How strictly to learn. `tolerance` (0–0.5): share of the examples that may be wrong; 0: every example is right. */
export interface LearnOptions {
  readonly name?: string;
  readonly tolerance?: number;
}

/** Square of the normal quantile of 95 %. */
const Z2 = 3.841_458_82;
/** Kinds of event that are told apart while learning; more than a plan may name, so that the rarest can go. */
const TRACKED_EVENTS = 2_000;
const KINDS = ['identify', 'group', 'page', 'screen'] as const;
const hasTraits = (type: MessageType): boolean => type === 'identify' || type === 'group';

type Example = Pick<NormalisedMessage, 'type' | 'name' | 'properties' | 'traits'>;

/**
 * Learns a tracking plan from a stream of messages: types with their shares, which properties are always there, choices,
 * formats, ranges, nesting and arrays. Nothing of the messages is kept but counts, ranges and short choices.
 *
 * Promise  with tolerance 0 every message that was taken in meets the plan
 * Cost     one pass; memory by kinds of event and properties, not by messages
 */
export class PlanLearner {
  private readonly events = new Map<string, SchemaStats>();
  private readonly kinds = new Map<MessageType, SchemaStats>();
  private unnameable = new Set<string>();

  /** Takes one message in; an alias says nothing. */
  add(message: Example): void {
    if (message.type === 'alias') return;
    const stats = message.type === 'track' ? this.ofEvent(message.name ?? '') : this.ofKind(message.type);
    stats?.add(hasTraits(message.type) ? message.traits : message.properties);
  }

  /**
   * The plan of what was taken in.
   *
   * Throws  PLAN_NOTHING_TO_LEARN
   */
  propose(options: LearnOptions = {}): LearnedPlan {
    const tolerance = Math.min(Math.max(options.tolerance ?? 0, 0), 0.5);
    const frequent = [...this.events].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    const kept = frequent.slice(0, PLAN_LIMITS.events).sort(([a], [b]) => (a < b ? -1 : 1));
    if (kept.length + this.kinds.size === 0) throw planErrors.PLAN_NOTHING_TO_LEARN();
    const planned = (stats: SchemaStats): PlannedEvent => ({ schema: stats.schema(tolerance) });
    const evidence = kept.map(([name, stats]) => evidenceOf({ name, kind: 'track' }, stats));
    const plan: TrackingPlan = {
      name: options.name ?? 'Learned tracking plan',
      unplannedEvents: 'flag',
      actions: {},
      events: Object.fromEntries(kept.map(([name, stats]) => [name, planned(stats)])),
    };
    for (const kind of KINDS) {
      const stats = this.kinds.get(kind);
      if (!stats) continue;
      plan[kind] = planned(stats);
      evidence.push(evidenceOf({ name: kind, kind }, stats));
    }
    return { plan, evidence, leftOut: this.unnameable.size + frequent.length - kept.length };
  }

  private ofEvent(name: string): SchemaStats | null {
    const found = this.events.get(name);
    if (found) return found;
    const nameable = name.length > 0 && name.length <= 200 && !FORBIDDEN_KEYS.has(name);
    if (!nameable || this.events.size >= TRACKED_EVENTS) {
      if (this.unnameable.size < TRACKED_EVENTS) this.unnameable.add(name.slice(0, 300));
      return null;
    }
    const made = new SchemaStats();
    this.events.set(name, made);
    return made;
  }

  private ofKind(kind: MessageType): SchemaStats {
    const stats = this.kinds.get(kind) ?? new SchemaStats();
    this.kinds.set(kind, stats);
    return stats;
  }
}

function evidenceOf(of: { readonly name: string; readonly kind: MessageType }, stats: SchemaStats): LearnedEvent {
  const examples = stats.count;
  const properties = stats.members().map(([name, seen]) => ({ name, ...seen, share: seen.count / examples }));
  return { ...of, examples, confidence: examples / (examples + Z2), properties };
}
