import type { JsonObject } from '../json';
import type { ProfileId, RunId, WorkspaceId } from '../ids';
import type { Fence } from '../runs';

/** Where a pair stands: `gone` is an open one of whom one stands no more, merged meanwhile or suppressed. */
export const LINK_STATES = ['open', 'accepted', 'rejected', 'gone'] as const;
export type LinkCandidateState = (typeof LINK_STATES)[number];

/** What the linkage itself would say of a pair. */
export const LINK_VERDICTS = ['match', 'review'] as const;
export type LinkVerdict = (typeof LINK_VERDICTS)[number];

/** What one trait says of a pair, without its values. */
export interface LinkEvidence {
  readonly trait: string;
  /** How far the two values agree: exact, close, alike, exchanged, differs, missing. */
  readonly level: string;
  /** Bits that it adds to the pair's weight, against pairs at random. */
  readonly weight: number;
}

/** Two people who may be one. */
export interface LinkCandidate {
  /** The lesser id first. */
  readonly profileIds: readonly [ProfileId, ProfileId];
  readonly probability: number;
  /** Bits; 0 is even odds. */
  readonly weight: number;
  readonly verdict: LinkVerdict;
  readonly evidence: readonly LinkEvidence[];
}

/** A pair as it is kept, with what was decided about it. Times are epoch milliseconds. */
export interface LinkCandidateRecord extends LinkCandidate {
  readonly state: LinkCandidateState;
  /** The latest run that found it while it was open. */
  readonly runId: RunId;
  readonly foundAt: number;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
}

/** Which pairs; what is null does not narrow. */
export interface LinkCandidateFilter {
  readonly state: LinkCandidateState | null;
  readonly minProbability: number | null;
}

/** A person as a linkage reads them. */
export interface LinkPerson {
  readonly profileId: ProfileId;
  /** Current values of the traits that were asked for. */
  readonly traits: JsonObject;
}

/**
 * What a linkage reads and keeps.
 *
 * A caller may rely on: nobody who is merged into another or suppressed is read; pairs are put in one transaction under
 * the run's fence, in which open pairs that this run did not find are taken away, and decided ones stay as they are.
 */
export interface LinkStore {
  /** Keys of all stated traits, in order. */
  traitKeys(workspaceId: WorkspaceId): Promise<readonly string[]>;
  /** People in the order of their ids. */
  people(
    workspaceId: WorkspaceId,
    of: { readonly traits: readonly string[]; readonly after: ProfileId | null; readonly limit: number },
  ): Promise<readonly LinkPerson[]>;
  /** Answers how many of the run's pairs are open now. */
  put(fence: Fence, candidates: readonly LinkCandidate[]): Promise<number>;
}
