import type { EventId, ProfileId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { MessageType } from '../segment-message';

/**
 * `user_id`, `anonymous_id`, `email`, `phone`, a device's (`ios.id`, `android.idfa`, …), or a type of the workspace's own
 * (an external id's). `previous_id` is the bridge of an alias: it joins whatever carries that value as user id or anonymous
 * id, now or later, so that the order in which an alias and its persons arrive does not matter. It never names a profile.
 */
export type IdentifierType = string;

/** One value by which a person is known, as the workspace's rules normalise it. */
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
  /** The account that the event is about; absent: about none. */
  readonly groupId?: string;
  readonly ts: number;
  readonly receivedAt: number;
  readonly traits: JsonObject;
  /** The message's context, for rules that read identifiers from it; empty when they do not. */
  readonly context?: JsonObject;
  /** It makes nobody: without a person who is known already, or whom another event makes, it counts for nobody. */
  readonly knownOnly?: boolean;
}

/** A live profile (never one that was merged away). */
export interface KnownProfile {
  readonly id: ProfileId;
  readonly canonicalId: string;
  /** Type of the identifier that names it. */
  readonly canonicalType: IdentifierType;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** An identifier with the live profile that owns it. */
export interface KnownIdentifier extends Identifier {
  readonly profileId: ProfileId;
  /** Event time of the earliest event that mentions it. */
  readonly firstSeenAt: number;
}

/**
 * What is known of the identifiers that were asked for, and of the profiles that own them: all that these profiles hold
 * when the decision asked for `holdings`.
 */
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

/** How two identifiers were said to be one person: by an event, by an alias call, by probabilistic linkage, by hand. */
export type LinkCause = 'link' | 'alias' | 'linkage' | 'manual';

/**
 * What became of a link. `applied`: its sides are one person. `refused`: a limit stood against it. `held`: one of its
 * values links too many. `barred`: a person took the merge back.
 */
export type LinkState = 'applied' | 'refused' | 'held' | 'barred';

/** Two identifiers that were said to belong to one person, at the earliest time at which this was said. */
export interface IdentityLink {
  /** The one with the higher priority: the event counts for its person. */
  readonly a: Identifier;
  readonly b: Identifier;
  readonly at: number;
  readonly messageId: string;
  readonly eventId: EventId | null;
  readonly cause: LinkCause;
  readonly state: LinkState;
  /** For `refused` and `held`: the identifier type whose limit or value it was. */
  readonly reason: string | null;
}

/** A profile that goes into another one, and why: `eventId` null when a person said so. */
export interface PlannedMerge {
  readonly survivor: number;
  readonly absorbed: ProfileId;
  readonly eventId: EventId | null;
  readonly reason: LinkCause;
  /** The two identifiers whose meeting joined them. */
  readonly link: readonly [Identifier, Identifier];
}

/** What a batch does to the identity graph. Pure data; the store applies it in one transaction. */
export interface IdentityPlan {
  readonly profiles: readonly PlannedProfile[];
  readonly identifiers: readonly (Identifier & { readonly profile: number; readonly firstSeenAt: number })[];
  readonly merges: readonly PlannedMerge[];
  /** Identifiers that are known, and that an event of the batch mentions at an earlier time. */
  readonly earlier: readonly (Identifier & { readonly firstSeenAt: number })[];
  /** Links that the events speak of; one that is stored already stays, with the earlier of the two times. */
  readonly links: readonly IdentityLink[];
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
