import type { ProfileId } from '../ids';
import type {
  Identifier,
  IdentityLink,
  IdentityPlan,
  KnownIdentifier,
  KnownProfile,
  UnassignedEvent,
} from './identity-plan';

/** A profile of a closure, merged away or not. */
export interface ClosureProfile extends KnownProfile {
  readonly mergedInto: ProfileId | null;
}

/**
 * Everything that a change of some links may touch: people who are connected by links of any state, whole, with all of
 * their identifiers and links, and the profiles that were merged into them.
 */
export interface IdentityClosure {
  readonly profiles: readonly ClosureProfile[];
  readonly identifiers: readonly KnownIdentifier[];
  readonly links: readonly IdentityLink[];
}

/** An event that counts for somebody. */
export interface OwnedEvent extends UnassignedEvent {
  readonly profileId: ProfileId;
}

/** What making a closure anew changes. */
export interface RegroupPlan extends IdentityPlan {
  /** Identifiers that go to another person. */
  readonly moves: readonly (Identifier & { readonly profile: number })[];
  /** Identifiers that are nobody's any more. */
  readonly dropped: readonly Identifier[];
  /** Events of people who were taken apart; `to` null: they count for nobody. */
  readonly reassigned: readonly { readonly event: OwnedEvent; readonly to: number | null }[];
  /** Profiles that stand again after having been merged away. */
  readonly revived: readonly ProfileId[];
  /** Profiles merged away: into which one; null when nothing of them is left. */
  readonly pointers: readonly { readonly profileId: ProfileId; readonly into: number | null }[];
  /** Links whose state changed. */
  readonly changed: readonly IdentityLink[];
}

/** A closure under way: first which people are taken apart, then, with their events, the plan. */
export interface Regroup {
  readonly splits: readonly ProfileId[];
  plan(owned: readonly OwnedEvent[]): RegroupPlan;
}
