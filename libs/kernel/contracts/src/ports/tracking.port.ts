import type { SourceId, WorkspaceId } from '../ids';
import type { NormalisedMessage } from '../segment-message';

/** What a tracking plan can find wrong with a message, from the coarsest to the finest. Stable: they are counted. */
export const PLAN_RULES = [
  'unplanned_event',
  'missing_property',
  'wrong_type',
  'wrong_value',
  'unplanned_property',
] as const;
export type PlanRule = (typeof PLAN_RULES)[number];

/** What is done about it. `block`: quarantined; `flag`: stored and counted; `pass`: counted alone. */
export const PLAN_ACTIONS = ['block', 'flag', 'pass'] as const;
export type PlanAction = (typeof PLAN_ACTIONS)[number];

/** One thing wrong, without the value that is. */
export interface PlanViolation {
  readonly rule: PlanRule;
  readonly action: PlanAction;
  /** JSON pointer (`/properties/items/0/price`); a key that could be somebody's is `*`. */
  readonly path: string;
}

/** What the approved plan says of one message. */
export interface PlanVerdict {
  readonly planId: string;
  readonly planVersion: number;
  /** The strictest action of the violations. */
  readonly action: PlanAction;
  /** At least one; at most 20 are kept, the strictest first. */
  readonly violations: readonly PlanViolation[];
}

/** Holds a message against a plan. Pure: no look-up. Null: nothing is wrong. */
export type PlanCheck = (
  message: Pick<NormalisedMessage, 'type' | 'name' | 'properties' | 'traits'>,
) => PlanVerdict | null;

/**
 * The approved plans, at the door.
 *
 * A caller may rely on: the answer is the check of the source's approved plan, else of the workspace's, else null; an
 * approval is in force everywhere within five seconds; while the database is away the last known plan goes on.
 */
export interface PlanGate {
  checkOf(origin: { readonly workspaceId: WorkspaceId; readonly sourceId: SourceId }): Promise<PlanCheck | null>;
}

/** The name that messages of one kind are counted under: the event's name, or `$identify`, `$group`, `$alias`. */
export function eventLabel(message: Pick<NormalisedMessage, 'type' | 'name'>): string {
  return (message.name ?? `$${message.type}`).slice(0, LABEL_CHARS);
}

/** A label stands in a primary key: PostgreSQL's limit of an index row is 2,704 bytes. */
const LABEL_CHARS = 200;
