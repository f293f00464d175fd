import type { BatchId, WorkspaceId } from '../ids';
import type { IdentityClosure, Regroup } from './identity-closure';
import type { Identifier, IdentityPlan, KnownGraph, UnassignedEvent } from './identity-plan';

/** What was written. `moved` counts earlier events that a merge took to their survivor. */
export interface IdentityOutcome {
  readonly events: number;
  readonly created: number;
  readonly merged: number;
  readonly moved: number;
  readonly unidentified: number;
}

/** What the store asks while it holds the workspace's graph. */
export interface IdentityDecision {
  readonly needs: {
    /** The events' context. */
    readonly context: boolean;
    /** All identifiers of the profiles that are known, not just those asked for. */
    readonly holdings: boolean;
  };
  /** What to look up. */
  identifiersOf(events: readonly UnassignedEvent[]): readonly Identifier[];
  /**
   * What to do, where nothing stands against any link; null when something may: then `regroup` decides. Not to be asked
   * when a link that is not `applied` touches these people.
   */
  decide(events: readonly UnassignedEvent[], known: KnownGraph): IdentityPlan | null;
  /** Two identifiers in the order in which a link names them. */
  orderOf(one: Identifier, other: Identifier): readonly [Identifier, Identifier];
  /** What to do with these people as a whole. */
  regroup(events: readonly UnassignedEvent[], closure: IdentityClosure): Regroup;
}

/** Makes a decision of the rules as they are stored; null: the workspace has set none. */
export type DecisionOf = (storedRules: unknown) => IdentityDecision;

/**
 * The identity graph of a workspace.
 *
 * A caller may rely on: batches of one workspace are applied one after the other, so a decision never sees half of
 * another; as many of the given batches as make 5,000 events, at least one, are decided upon and applied in one
 * transaction; events that count for somebody already are not asked about again; an outbox row a batch
 * (`ProfilesTouched`) is written when anything of it was. Profiles touched by a batch are those that its assignment rows
 * name. The rules are those that are active while the graph is held.
 */
export interface IdentityStore {
  applyBatches(
    batches: { readonly workspaceId: WorkspaceId; readonly batchIds: readonly BatchId[] },
    decisionOf: DecisionOf,
  ): Promise<AppliedBatches>;
}

/** What a transaction came to, and the batches that it left for the next. */
export interface AppliedBatches {
  readonly outcome: IdentityOutcome;
  readonly left: readonly BatchId[];
}
