import type { BatchId, DestinationId, ProfileId, RunId, SegmentId, SyncId, WorkspaceId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { Fence } from '../runs';

export type SyncOperation = 'add' | 'remove';
export type MemberStateName = 'clean' | 'owed' | 'sending' | 'unknown' | 'rejected' | 'parked' | 'held';
export type SyncRunStatus = 'queued' | 'held' | 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled';

/**
 * One person in one destination. `acked` is what the destination is known to hold: true, false, or null while an answer
 * is outstanding or was lost. Work is owed whenever `acked` is not `desired`. Times are epoch milliseconds.
 */
export interface MemberState {
  readonly profileId: ProfileId;
  readonly state: MemberStateName;
  /** Whether the segment has the person in, and the version of the membership change that said so last. */
  readonly member: boolean;
  readonly memberVersion: number;
  /** In the segment, and consented to what segment and destination are for. */
  readonly desired: boolean;
  /** Rises whenever what is desired is said anew; the membership's own version as long as consent has turned nothing. */
  readonly desiredVersion: number;
  /** When consent turned what is desired; null when the membership did. */
  readonly turnedAt: number | null;
  readonly acked: boolean | null;
  readonly ackedVersion: number | null;
  readonly fence: number | null;
  readonly attempts: number;
  readonly nextAt: number;
  /** Since when something has been owed without a break; null when nothing is. */
  readonly owedSince: number | null;
  /** SHA-256 (hex) of what was last sent for this person. */
  readonly fingerprint: string | null;
  readonly lastCode: string | null;
}

/** One change to bring to a destination, with the identifiers and traits that its mapping asked for. */
export interface MembershipDelta {
  readonly profileId: ProfileId;
  readonly operation: SyncOperation;
  readonly changeVersion: number;
  readonly changedAt: number;
  /** What the destination is known to hold now. */
  readonly before: boolean | null;
  readonly identifiers: Readonly<Record<string, readonly string[]>>;
  readonly traits: JsonObject;
}

/** How far a record came on its way out, in order; the loss funnel counts them. */
export const SYNC_STAGES = ['segment', 'identified', 'valid', 'sent', 'accepted'] as const;
export type SyncStage = (typeof SYNC_STAGES)[number];

/**
 * What became of one change.
 *
 * - `accepted`  the destination said so
 * - `rejected`  this record was refused, here or there; the others went on
 * - `retry`     not done, and known not to be done
 * - `unknown`   it was sent and no answer came; only an idempotent repeat settles it
 */
export interface MemberVerdict {
  readonly profileId: ProfileId;
  readonly operation: SyncOperation;
  readonly changeVersion: number;
  readonly fate: 'accepted' | 'rejected' | 'retry' | 'unknown';
  readonly stage: SyncStage;
  readonly code: string | null;
  /** Scrubbed: no personal data, no secret. */
  readonly message: string | null;
  readonly retryAfterMs: number | null;
  /** False when the wait was asked for by a rate limit: it does not use up a try. */
  readonly countsAsAttempt: boolean;
  readonly fingerprint: string | null;
}

/** Why a delivery ended before all changes were tried, and who must act. */
export interface DeliveryStop {
  /** `wait`: the destination is away or asks for patience; `pause`: settings, credentials or the endpoint need a person. */
  readonly action: 'wait' | 'pause';
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs: number | null;
}

/** A configured destination, as stored; `secrets` is sealed. */
export interface DestinationRecord {
  readonly workspaceId: WorkspaceId;
  readonly id: DestinationId;
  readonly key: string;
  readonly plugin: string;
  readonly settings: JsonObject;
  readonly secrets: Uint8Array | null;
  readonly paused: boolean;
}

/** A sync with all that a run of it must know. */
export interface SyncRecord {
  readonly workspaceId: WorkspaceId;
  readonly id: SyncId;
  readonly destination: DestinationRecord;
  readonly segment: { readonly id: SegmentId; readonly key: string; readonly name: string };
  /** Field of the action → source (`identifiers.email`, `traits.plan`, …); empty means the connector's default. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly mode: 'live' | 'manual';
  readonly paused: boolean;
  /** What a person must have consented to: the purposes of segment and destination that have one. */
  readonly purposes: readonly string[];
}

/** One page of one run, ready to be brought to the destination. */
export interface DeliveryInput {
  readonly destination: DestinationRecord;
  readonly sync: Pick<SyncRecord, 'id' | 'segment' | 'mapping'>;
  readonly runId: RunId;
  readonly runStartedAt: number;
  /** 0-based number of the page in its run; the same page has the same number when it is sent again. */
  readonly sequence: number;
  readonly changes: readonly MembershipDelta[];
}

export interface DeliveryControl {
  readonly signal?: AbortSignal;
  /** Awaited before each request leaves; it throws when this worker's fence is lost. */
  readonly beforeSend?: () => Promise<void>;
}

/** One verdict a change, in any order. */
export interface DeliveryOutcome {
  readonly verdicts: readonly MemberVerdict[];
  readonly stop: DeliveryStop | null;
  readonly requests: number;
}

/** One finding of a destination's check; `ok: false` says what a person must do. */
export interface Diagnosis {
  readonly name: string;
  readonly ok: boolean;
  readonly code: string;
  readonly message: string;
}

/** One request of a dry run: exact but for what is blanked (secrets, personal values). */
export interface PreviewedRequest {
  readonly requestKey: string;
  readonly operation: SyncOperation | 'mixed';
  readonly members: number;
  readonly content: JsonObject;
}

/** What a dry run shows: the requests as they would leave, and the records that would not. */
export interface DeliveryPreview {
  readonly requests: readonly PreviewedRequest[];
  readonly verdicts: readonly MemberVerdict[];
}

/**
 * Brings changes to destinations. Port over the plugin host: `deliver` answers with one verdict a change and throws only
 * for what is no fate of a record (fence lost, abort, a bug).
 */
export interface Deliverer {
  /** How many members a page may hold, and which traits the mapping reads. Throws when the plugin is not there. */
  plan(
    destination: DestinationRecord,
    mapping: Readonly<Record<string, string>>,
  ): {
    readonly pageMembers: number;
    readonly traitKeys: readonly string[];
  };
  check(destination: DestinationRecord, control: DeliveryControl): Promise<readonly Diagnosis[]>;
  preview(input: DeliveryInput): Promise<DeliveryPreview>;
  deliver(input: DeliveryInput, control: DeliveryControl): Promise<DeliveryOutcome>;
}

/** The changes of one batch of the change log, as `sync.track` reads them. */
export interface TrackedChange {
  readonly segmentId: SegmentId;
  readonly profileId: ProfileId;
  readonly member: boolean;
  readonly changeVersion: number;
}

/** How an audience stands, for the blast-radius guard and for the console. */
export interface AudienceCounts {
  /** People the destination holds, or may hold. */
  readonly held: number;
  readonly owedAdds: number;
  readonly owedRemovals: number;
}

export interface OpenRunOptions {
  /** Not before this instant; at once when absent. */
  readonly dueAt?: number;
  /** A person has released it: the guard lets it pass. */
  readonly released?: boolean;
  /** Compares every member of the segment with the ledger before sending. */
  readonly full?: boolean;
  /** How many runs in a row have failed before this one. */
  readonly retryNumber?: number;
}

/** Where a run stands; written with each page. `funnel` is what the console shows. */
export interface SyncRunProgress {
  readonly status: SyncRunStatus;
  readonly heldReason: string | null;
  readonly funnel: JsonObject;
  readonly finishedAt: number | null;
}

/** The ledger inside one transaction of one workspace. */
export interface SyncTransaction {
  changesOfBatches(batchIds: readonly BatchId[]): Promise<readonly TrackedChange[]>;
  /** Locks them, in the order of their ids. */
  syncsOfSegments(segmentIds: readonly SegmentId[]): Promise<readonly SyncRecord[]>;
  /** Locks it: runs, tracking and release of one sync take turns. Null when there is no such sync. */
  lockSync(syncId: SyncId): Promise<SyncRecord | null>;
  /** Every sync of the workspace, locked in the order of their ids. */
  allSyncs(): Promise<readonly SyncRecord[]>;
  /** Of these people those who may not be sent: not consented to all of the sync's purposes, or suppressed. */
  refusedPeople(sync: SyncRecord, profileIds: readonly ProfileId[]): Promise<ReadonlySet<ProfileId>>;
  /** Some of those whose consent a batch changed, taken off it: seen to when this transaction commits. */
  takeConsentChanges(batchId: BatchId, limit: number): Promise<readonly ProfileId[]>;
  /** The next memberships of the sync's segment by profile id, for a full comparison. */
  memberships(syncId: SyncId, after: ProfileId | null, limit: number): Promise<readonly TrackedChange[]>;
  members(syncId: SyncId, profileIds: readonly ProfileId[]): Promise<ReadonlyMap<ProfileId, MemberState>>;
  saveMembers(syncId: SyncId, states: readonly MemberState[], now: number): Promise<void>;
  /** Due work, locked: removals before additions, first tries before repeats, one operation a page. */
  claimable(syncId: SyncId, now: number, limit: number): Promise<readonly MemberState[]>;
  /** Rows in one of these states, locked. */
  membersInState(
    syncId: SyncId,
    states: readonly MemberStateName[],
    page: { readonly after: ProfileId | null; readonly limit: number },
  ): Promise<readonly MemberState[]>;
  counts(syncId: SyncId): Promise<AudienceCounts>;
  /**
   * For the guard, at the cost of what is owed: `held` is counted to four times the removals and no further. A removal
   * for want of consent is none that the guard may hold up, and is not counted.
   */
  guardCounts(syncId: SyncId): Promise<AudienceCounts>;
  /** When the earliest owed row is due; null when nothing is owed. */
  nextDue(syncId: SyncId): Promise<number | null>;
  deltas(
    sync: SyncRecord,
    states: readonly MemberState[],
    traitKeys: readonly string[],
  ): Promise<readonly MembershipDelta[]>;
  saveVerdicts(runId: RunId, verdicts: readonly MemberVerdict[]): Promise<void>;
  /** Makes the run's row when it is not there. */
  saveRun(run: { readonly runId: RunId; readonly syncId: SyncId }, progress: SyncRunProgress): Promise<void>;
  checkpoint(runId: RunId): Promise<Json>;
  saveCheckpoint(runId: RunId, checkpoint: JsonObject): Promise<void>;
  pauseDestination(destinationId: DestinationId, paused: boolean): Promise<void>;
  destination(destinationId: DestinationId): Promise<DestinationRecord | null>;
  syncsOfDestination(destinationId: DestinationId): Promise<readonly SyncRecord[]>;
  /** Ends older held runs of the sync: a newer decision has taken their place. */
  cancelHeld(syncId: SyncId, except: RunId | null, now: number): Promise<number>;
  /** Whether a person has asked this run to stop. */
  cancelRequested(runId: RunId): Promise<boolean>;
  /** Another run of the sync that is being executed now. */
  otherRunning(syncId: SyncId, except: RunId): Promise<RunId | null>;
  /** Whether a run of the sync has ever compared the whole segment with the ledger. */
  wasCompared(syncId: SyncId): Promise<boolean>;
  heldRun(runId: RunId): Promise<{ readonly syncId: SyncId } | null>;
  /** One open run a sync: returns the open one (and pulls its start forward) or makes a new one with its outbox row. */
  openRun(
    syncId: SyncId,
    options: OpenRunOptions,
    now: number,
  ): Promise<{ readonly runId: RunId; readonly created: boolean }>;
}

/**
 * The sync ledger. `underFence` is for the effects of a run: it holds the run's row and throws when another start has
 * taken over. Everything of one callback commits together or not at all.
 */
export interface SyncStore {
  inWorkspace<T>(workspaceId: WorkspaceId, work: (tx: SyncTransaction) => Promise<T>): Promise<T>;
  underFence<T>(fence: Fence, work: (tx: SyncTransaction) => Promise<T>): Promise<T>;
  /** Throws when the fence is lost; writes nothing. */
  checkFence(fence: Fence): Promise<void>;
}
