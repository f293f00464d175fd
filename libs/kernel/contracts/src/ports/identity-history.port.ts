import type { Json } from '../json';
import type { EventId, ProfileId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';
import type { JobControl } from '../progress';
import type { ClosureProfile, RegroupPlan } from './identity-closure';
import type { Identifier, IdentityLink, KnownIdentifier, PlannedMerge, UnassignedEvent } from './identity-plan';

/** An event of the history with the person that it counts for now. */
export interface HistoryEvent extends UnassignedEvent {
  readonly profileId: ProfileId | null;
}

/** Where everybody stands now. */
export interface IdentityStanding {
  readonly profiles: readonly ClosureProfile[];
  readonly identifiers: readonly KnownIdentifier[];
  readonly links: readonly IdentityLink[];
}

/**
 * People whom nothing connects with anybody outside, before or after: they are switched together, and others need not
 * know. Profiles are named by their place in the rebuilding's list.
 */
export interface RebuildPart {
  /** Those of the new grouping. */
  readonly people: readonly number[];
  readonly identifiers: readonly (Identifier & { readonly profile: number; readonly firstSeenAt: number })[];
  readonly earlier: RegroupPlan['earlier'];
  readonly moves: readonly (Identifier & { readonly profile: number; readonly from: ProfileId })[];
  readonly dropped: readonly Identifier[];
  readonly revived: readonly ProfileId[];
  readonly pointers: RegroupPlan['pointers'];
  /** Profiles that go into others as a whole, for the log. */
  readonly merged: readonly PlannedMerge[];
  /** Links that stand in another way than they are stored, and stored ones that nobody speaks of any more. */
  readonly links: readonly IdentityLink[];
  readonly gone: readonly IdentityLink[];
  /** Profiles of which some events count for somebody else now. */
  readonly movers: readonly ProfileId[];
  /** Events that count for nobody yet, and do now. */
  readonly unowned: readonly EventId[];
  /** Events that change hands, at most, and rows that are written beside them. */
  readonly size: { readonly events: number; readonly rows: number };
}

/** A workspace made anew. */
export interface Rebuilding {
  readonly profiles: RegroupPlan['profiles'];
  /** What changes; whoever is in none of these stays as they are. */
  readonly parts: readonly RebuildPart[];
  /** The place in `profiles` of the person that an event counts for. */
  targetOf(event: UnassignedEvent): number | null;
}

/**
 * A workspace being made anew. The history is taken in by slices, which are plain data that can be kept: the same slices
 * in any order, also more than once, give the same people.
 */
export interface RebuildWork {
  readonly withContext: boolean;
  /** What some events say. */
  slice(events: readonly HistoryEvent[]): Json;
  absorb(slice: Json): void;
  /** Forgets through what these profiles' events count; they are told of again by `owned`. */
  forget(profiles: Iterable<ProfileId>): void;
  /** Events of profiles that were forgotten: they are counted, and say nothing new. */
  owned(events: readonly HistoryEvent[]): void;
  /** Adds links that people decided about. */
  decide(links: readonly IdentityLink[]): void;
  settle(standing: IdentityStanding): Rebuilding;
}

/** What a rebuild came to. */
export interface RebuildOutcome {
  /** Of the history, as it was read. */
  readonly events: number;
  readonly moved: number;
  readonly profilesBefore: number;
  readonly profilesAfter: number;
}

/** What a rebuild is asked for. */
export interface RebuildAsked {
  readonly version: number;
  readonly work: () => RebuildWork;
}

/**
 * A workspace's whole history, for simulating rules and for making everybody anew.
 *
 * A caller may rely on: every event once over the pages, in no particular order. A rebuild reads and judges while
 * everything goes on, in slices that are kept, so that a later start of the run goes on from there; what came meanwhile is
 * read after it. Then decisions about people wait, and it switches part by part in short transactions under the run's
 * fence: a part is seen as it was before, or as it is anew. From the first of these on it can no longer be cancelled; a
 * later start goes on. With the last one the given version becomes the active one.
 */
export interface IdentityHistory {
  page(
    workspaceId: WorkspaceId,
    of: { readonly after: string | null; readonly limit: number; readonly withContext: boolean },
  ): Promise<{ readonly events: readonly HistoryEvent[]; readonly next: string | null }>;
  /** Links that people decided about. */
  decided(workspaceId: WorkspaceId): Promise<readonly IdentityLink[]>;
  /** Rules as stored, null for version 0; `active`: those that are active. */
  storedRules(
    workspaceId: WorkspaceId,
    version: number | 'active',
  ): Promise<{ readonly version: number; readonly rules: unknown } | null>;
  /** `checkpoint`: the run's, null at its first start. */
  rebuild(fence: Fence, asked: RebuildAsked, control: JobControl, checkpoint: Json): Promise<RebuildOutcome>;
  /** Throws away what a rebuild has kept that will not go on. */
  discard(fence: Fence): Promise<void>;
}
