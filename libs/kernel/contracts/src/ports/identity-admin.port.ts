import type { Json } from '../json';
import type { EventId, ProfileId, SourceId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';
import type { JobControl } from '../progress';
import type { ClosureProfile, RegroupPlan } from './identity-closure';
import type { Identifier, IdentityLink, KnownIdentifier, PlannedMerge, UnassignedEvent } from './identity-plan';
import type { DecisionOf } from './identity-store.port';
import type { LinkCandidateFilter, LinkCandidateRecord } from './link-store.port';
import type { Page, PageRequest } from './read.port';

/** A version of a workspace's identity rules. Times are epoch milliseconds. */
export interface RulesRecord {
  readonly version: number;
  readonly rules: Json;
  readonly status: 'draft' | 'active' | 'retired';
  readonly note: string | null;
  readonly savedBy: string;
  readonly savedAt: number;
  readonly appliedAt: number | null;
}

/** An entry of the merge log. */
export interface MergeRecord {
  readonly id: string;
  readonly kind: 'merged' | 'refused' | 'held' | 'unmerged';
  readonly cause: 'event' | 'alias' | 'import' | 'linkage' | 'manual';
  readonly survivorId: ProfileId;
  readonly absorbedId: ProfileId | null;
  /** The two identifiers whose meeting it was; null in entries from before they were kept. */
  readonly link: readonly [Identifier, Identifier] | null;
  readonly eventId: EventId | null;
  readonly sourceId: SourceId | null;
  /** 0: the workspace had set no rules. */
  readonly rulesVersion: number;
  readonly at: number;
  /** Of a refused or held link: the identifier type whose limit or value stood against it. */
  readonly detail: string | null;
  readonly actor: string | null;
}

/** A value that links more people than the workspace thinks right. */
export interface RiskRecord extends Identifier {
  /** Names the value without saying it. */
  readonly key: string;
  /** How many distinct other identifiers events have linked it with. */
  readonly links: number;
  readonly held: number;
  readonly since: number;
  readonly profileId: ProfileId | null;
  /** Keys of the sources that its first links came from. */
  readonly sources: readonly string[];
}

/** Whom two identifiers belong to, after somebody decided about them. */
export interface PartingRecord {
  readonly profileIds: readonly ProfileId[];
  /** False: they are one person still, by other links. */
  readonly isApart: boolean;
}

/** A workspace's identity rules, its merge log, and what people decide about merges. */
export interface WorkspaceIdentity {
  activeRules(): Promise<RulesRecord | null>;
  /** Newest first. */
  rules(page: PageRequest): Promise<Page<RulesRecord>>;
  rulesOf(version: number): Promise<RulesRecord | null>;
  /** Adds a draft; the latest version when it says the same. */
  saveRules(draft: {
    readonly rules: Json;
    readonly note: string | null;
    readonly savedBy: string;
  }): Promise<RulesRecord>;
  /** Of a profile, newest first. */
  merges(profileId: string, page: PageRequest): Promise<Page<MergeRecord>>;
  /** Most links first. */
  risks(threshold: number, page: PageRequest): Promise<Page<RiskRecord>>;
  /** Joins two profiles by a person's word, whatever the limits say. */
  mergeProfiles(
    asked: { readonly profileIds: readonly [string, string]; readonly actor: string },
    decisionOf: DecisionOf,
  ): Promise<PartingRecord>;
  /** Takes a merge back, and keeps its two identifiers apart from now on. */
  unmerge(asked: { readonly mergeId: string; readonly actor: string }, decisionOf: DecisionOf): Promise<PartingRecord>;
  /** Pairs that may be one person, the likeliest first. */
  linkCandidates(filter: LinkCandidateFilter, page: PageRequest): Promise<Page<LinkCandidateRecord>>;
  /** Joins the two of a pair as `mergeProfiles` does, with the linkage as its cause. */
  acceptLink(
    asked: { readonly profileIds: readonly [string, string]; readonly actor: string },
    decisionOf: DecisionOf,
  ): Promise<LinkCandidateRecord>;
  /** Keeps in mind that the two of a pair are not one; no later run offers them again. */
  rejectLink(asked: {
    readonly profileIds: readonly [string, string];
    readonly actor: string;
  }): Promise<LinkCandidateRecord>;
}

/**
 * What people see of a workspace's identity graph, and decide about it.
 *
 * A caller may rely on: each decision is one transaction with its outbox row; a repeat of it changes nothing; foreign and
 * unknown ids raise the same not-found.
 */
export interface IdentityAdmin {
  forWorkspace(workspaceId: WorkspaceId, deadlineMs: number): WorkspaceIdentity;
}

/** An event of the history with the person that it counts for now. */
export interface HistoryEvent extends UnassignedEvent {
  readonly profileId: ProfileId | null;
}

/** Where everybody stands now. */
export interface IdentityStanding {
  readonly profiles: readonly ClosureProfile[];
  readonly identifiers: readonly KnownIdentifier[];
}

/** A workspace made anew: profiles and identifiers at once (the plan has no events and no merges), events one by one. */
export interface Rebuilding {
  readonly plan: RegroupPlan;
  /** Profiles that go into others as a whole, for the log. */
  readonly merged: readonly PlannedMerge[];
  /** All links, judged. */
  readonly links: readonly IdentityLink[];
  /** The place in the plan's profiles of the person that an event counts for. */
  targetOf(event: UnassignedEvent): number | null;
}

/** A workspace being made anew: what the history says, then who is who. */
export interface RebuildWork {
  readonly withContext: boolean;
  observe(event: HistoryEvent): void;
  settle(standing: IdentityStanding): Rebuilding;
}

/** What a rebuild came to. */
export interface RebuildOutcome {
  readonly events: number;
  readonly moved: number;
  readonly profilesBefore: number;
  readonly profilesAfter: number;
}

/**
 * A workspace's whole history, for simulating rules and for making everybody anew.
 *
 * A caller may rely on: every event once over the pages, in no particular order; `rebuild` is one transaction under the
 * run's fence, in which the given version becomes the active one: readers see everybody as before, then everybody anew,
 * and events that arrive meanwhile are resolved after it.
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
  rebuild(
    fence: Fence,
    asked: { readonly version: number; readonly work: (decided: readonly IdentityLink[]) => RebuildWork },
    control: JobControl,
  ): Promise<RebuildOutcome>;
}
