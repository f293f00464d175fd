import type { BatchId, EventId, ProfileId, WorkspaceId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { MessageType } from '../segment-message';

/**
 * `previous_id` is the bridge of an alias: it joins whatever carries that value as user id or anonymous id, now or later,
 * so that the order in which an alias and its persons arrive does not matter. It never names a profile.
 */
export type IdentifierType = 'user_id' | 'anonymous_id' | 'email' | 'previous_id';

/** One value by which a person is known: exact, case-sensitive. */
export interface Identifier {
  readonly type: IdentifierType;
  readonly value: string;
}

/** An event of the batch that counts for nobody yet. Times are epoch milliseconds. */
export interface UnassignedEvent {
  readonly eventId: EventId;
  readonly messageId: string;
  readonly type: MessageType;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly previousId: string | null;
  readonly ts: number;
  readonly receivedAt: number;
  readonly traits: JsonObject;
  /** It makes nobody: without a person who is known already, or whom another event makes, it counts for nobody. */
  readonly knownOnly?: boolean;
}

/** A live profile (never one that was merged away). */
export interface KnownProfile {
  readonly id: ProfileId;
  readonly canonicalId: string;
  /** Type of the identifier that names it. */
  readonly canonicalType: 'user_id' | 'anonymous_id';
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** An identifier with the live profile that owns it. */
export interface KnownIdentifier extends Identifier {
  readonly profileId: ProfileId;
}

/** What is known of the identifiers that were asked for, and of the profiles that own them. */
export interface KnownGraph {
  readonly identifiers: readonly KnownIdentifier[];
  readonly profiles: readonly KnownProfile[];
}

/** A profile of the plan; `id` null: to be made. The other parts of the plan name it by its place in the list. */
export interface PlannedProfile {
  readonly id: ProfileId | null;
  readonly canonicalId: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** What a batch does to the identity graph. Pure data; the store applies it in one transaction. */
export interface IdentityPlan {
  readonly profiles: readonly PlannedProfile[];
  readonly identifiers: readonly (Identifier & { readonly profile: number; readonly firstSeenAt: number })[];
  readonly merges: readonly {
    readonly survivor: number;
    readonly absorbed: ProfileId;
    readonly eventId: EventId;
    readonly reason: string;
  }[];
  readonly assignments: readonly { readonly event: UnassignedEvent; readonly profile: number }[];
  /** `value` null removes the trait from that instant on. */
  readonly traits: readonly {
    readonly profile: number;
    readonly key: string;
    readonly value: Json;
    readonly validFrom: number;
    readonly messageId: string;
    readonly eventId: EventId;
  }[];
  /** Events without a usable identifier, or that may make nobody: they stay stored and count for nobody. */
  readonly unidentified: number;
}

/** What was written. `moved` counts earlier events that a merge took to their survivor. */
export interface IdentityOutcome {
  readonly events: number;
  readonly created: number;
  readonly merged: number;
  readonly moved: number;
  readonly unidentified: number;
}

/** The two questions the store asks while it holds the workspace's graph: what to look up, and what to do. */
export interface IdentityDecision {
  identifiersOf(events: readonly UnassignedEvent[]): readonly Identifier[];
  decide(events: readonly UnassignedEvent[], known: KnownGraph): IdentityPlan;
}

/**
 * The identity graph of a workspace.
 *
 * A caller may rely on: batches of one workspace are applied one after the other, so a decision never sees half of
 * another; as many of the given batches as make 5,000 events, at least one, are decided upon and applied in one
 * transaction; events that count for somebody already are not asked about again; an outbox row a batch
 * (`ProfilesTouched`) is written when anything of it was. Profiles touched by a batch are those that its assignment rows
 * name.
 */
export interface IdentityStore {
  applyBatches(
    batches: { readonly workspaceId: WorkspaceId; readonly batchIds: readonly BatchId[] },
    decision: IdentityDecision,
  ): Promise<AppliedBatches>;
}

/** What a transaction came to, and the batches that it left for the next. */
export interface AppliedBatches {
  readonly outcome: IdentityOutcome;
  readonly left: readonly BatchId[];
}
