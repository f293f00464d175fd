import type { Json } from '../json';
import type { EventId, ProfileId, SourceId, WorkspaceId } from '../ids';
import type { Identifier } from './identity-plan';
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
