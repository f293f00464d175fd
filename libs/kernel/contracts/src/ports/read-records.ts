import type { Json, JsonObject } from '../json';
import type { ServingCause } from './models.port';
import type { MaskingSettings } from './masking.port';
import type { DestinationId, EventId, ModelId, ProfileId, SegmentId, SourceId, SyncId, WorkspaceId } from '../ids';

/** What the API shows of the tables. Times are epoch milliseconds; JSON is as stored. */
export interface WorkspaceRecord {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly timeZone: string;
  /** Days within which a known message id is a duplicate; null: as the processes are set. */
  readonly dedupeDays: number | null;
  readonly createdAt: number;
}

/** Where records come from. */
export interface SourceRecord {
  readonly id: SourceId;
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly createdAt: number;
  /** What of its messages is masked before anything is stored; null: nothing. */
  readonly masking: MaskingSettings | null;
}

/** A segment as it stands. */
export interface SegmentRecord {
  readonly id: SegmentId;
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly liveVersion: number | null;
  readonly size: number;
  readonly purpose: string | null;
  readonly description: string;
  readonly tags: readonly string[];
  /** Counted anew so often; null: when somebody asks. */
  readonly refreshMinutes: number | null;
  readonly createdAt: number;
}

/** One version of a segment: its rule. */
export interface SegmentVersionRecord {
  readonly segmentId: SegmentId;
  readonly version: number;
  readonly rule: Json;
  /** SHA-256 of the rule's canonical form, hex. */
  readonly ruleHash: string;
  /** Id of the key that wrote it; null: not known. */
  readonly author: string | null;
  readonly createdAt: number;
  /** When it first served. */
  readonly publishedAt: number | null;
  /** When another took over, and how many were in then; null while it serves and before. */
  readonly retiredAt: number | null;
  readonly sizeAtEnd: number | null;
  /** Why it was published and yet does not serve. */
  readonly held: SegmentHold | null;
  readonly discardedAt: number | null;
}

/** A version that would take too many people out, until somebody releases or discards it. */
export interface SegmentHold {
  readonly leaving: number;
  readonly members: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** How fresh a segment is: its latest change, and how long after its evaluation that change was recorded. */
export interface FreshnessRecord {
  readonly segmentId: SegmentId;
  readonly lastChangeAt: number | null;
  readonly recordingLagMs: number | null;
  /** The instant of the answer over everybody that members were last written from; null: there was none. */
  readonly countedAt: number | null;
  /** When it is counted anew next; null: not by itself. */
  readonly nextRefreshAt: number | null;
}

/** From the acceptance of events to the changes that they brought about, of the latest changes of a segment. */
export interface SegmentLagRecord {
  readonly segmentId: SegmentId;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly changes: number;
}

/** Whether a person is in a segment, since when and why. */
export interface MembershipRecord {
  readonly segmentId: SegmentId;
  readonly profileId: ProfileId;
  readonly member: boolean;
  readonly changeVersion: number;
  readonly segmentVersion: number;
  readonly enteredAt: number | null;
  readonly exitedAt: number | null;
  readonly cause: string;
}

/** A membership with what proves it. */
export interface MembershipProofRecord extends MembershipRecord {
  readonly proof: Json;
  /** Of the rule by which the proof was worked out: of those who stay, it is kept when another version begins to serve. */
  readonly proofVersion: number;
  /** Hex of the proof's SHA-256. */
  readonly proofHash: string | null;
  /** The instant at which time alone may change the answer; null when it never does. */
  readonly nextChangeAt: number | null;
}

/** One resolved person. */
export interface ProfileRecord {
  readonly id: ProfileId;
  readonly canonicalId: string;
  readonly mergedInto: ProfileId | null;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** An account: what `group` calls and events name by one group id. Times are those of its events. */
export interface AccountRecord {
  readonly id: ProfileId;
  readonly groupId: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** Somebody who belongs to an account, since the earliest call that said so. */
export interface AccountPersonRecord {
  readonly accountId: ProfileId;
  readonly profileId: ProfileId;
  readonly since: number;
}

/** One typed id of a person. */
export interface IdentifierRecord {
  readonly type: string;
  readonly value: string;
  readonly firstSeenAt: number;
}

/** The current value of a trait: of all that are valid now the latest, of two at one instant the greater message id. */
export interface TraitRecord {
  readonly key: string;
  readonly kind: string;
  readonly value: Json;
  readonly validFrom: number;
}

/** The computed features of a person, by name. */
export interface FeaturesRecord {
  readonly definitionVersion: number;
  readonly asOf: number;
  readonly values: Json;
  readonly computedAt: number;
}

/** Everything of a workspace that uses another thing by name, and by what names. */
export interface LineageRecords {
  /** Events that are known to have come from each source. */
  readonly sources: readonly { readonly key: string; readonly name: string; readonly events: readonly string[] }[];
  /** Those that are not archived; the live rule, null where none is. */
  readonly segments: readonly { readonly key: string; readonly name: string; readonly rule: Json | null }[];
  /** What the live version was fitted on. */
  readonly models: readonly {
    readonly key: string;
    readonly name: string;
    readonly features: readonly string[];
    readonly event: string | null;
  }[];
  /** Keys of the segments that are synced there. */
  readonly destinations: readonly {
    readonly key: string;
    readonly name: string;
    readonly segments: readonly string[];
  }[];
}

/** One accepted message of a person. */
export interface EventRecord {
  readonly id: EventId;
  readonly type: string;
  readonly name: string | null;
  readonly messageId: string;
  readonly sourceId: SourceId;
  readonly ts: number;
  readonly receivedAt: number;
  readonly properties: Json;
  readonly flags: readonly string[];
}

/** A model as it stands. */
export interface ModelRecord {
  readonly id: ModelId;
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly liveVersion: number | null;
  readonly createdAt: number;
}

/** One trained version of a model, with its card. */
export interface ModelVersionRecord {
  readonly modelId: ModelId;
  readonly version: number;
  readonly status: string;
  readonly grade: string | null;
  readonly runId: string;
  readonly seed: number;
  readonly asOf: number;
  readonly artifactKey: string | null;
  readonly card: Json;
  readonly createdAt: number;
  /** The version whose fit it scores everybody by; null: its own. */
  readonly fitOf: number | null;
}

/** A version of a model that was served from an instant on. */
export interface ModelServing {
  readonly version: number;
  readonly servedAt: number;
  readonly cause: ServingCause;
  /** Id of the key that asked for a return; null else. */
  readonly askedBy: string | null;
}

/** One person's line of a model's live version. */
export interface ScoreRecord {
  readonly modelId: ModelId;
  readonly profileId: ProfileId;
  readonly version: number;
  readonly asOf: number;
  readonly probability: number | null;
  readonly percentile: number | null;
  readonly clusterKey: string | null;
  readonly distance: number | null;
  readonly confidence: number | null;
  readonly outlierScore: number | null;
}

/** A configured connector, without its secrets. */
export interface DestinationView {
  readonly id: DestinationId;
  readonly key: string;
  readonly name: string;
  readonly plugin: string;
  readonly settings: Json;
  readonly paused: boolean;
  readonly purpose: string | null;
  readonly createdAt: number;
}

/** A segment bound to a destination. */
export interface SyncView {
  readonly id: SyncId;
  readonly destinationId: DestinationId;
  readonly segmentId: SegmentId;
  readonly mapping: Json;
  readonly mode: string;
  readonly paused: boolean;
  readonly createdAt: number;
}

/** One execution of a sync, with its loss funnel. */
export interface SyncRunRecord {
  readonly id: string;
  readonly syncId: SyncId;
  readonly status: string;
  readonly heldReason: string | null;
  readonly funnel: Json;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** One member's fate in one run. */
export interface SyncFateRecord {
  readonly profileId: ProfileId;
  readonly operation: string;
  readonly changeVersion: number;
  readonly fate: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly recordedAt: number;
}

/** How many members of a sync are in each state. */
export interface SyncStateCount {
  readonly state: string;
  readonly count: number;
}

/** What a source's ledger adds up to: received = stored + duplicate + rejected + suppressed + quarantined. */
export interface LedgerRecord {
  readonly sourceId: SourceId;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly suppressed: number;
  readonly quarantined: number;
}

/** A long job, as table run keeps it. */
export interface JobRecord {
  readonly id: string;
  readonly job: string;
  readonly status: string;
  readonly params: Json;
  readonly progress: JsonObject | null;
  readonly result: Json;
  readonly error: { readonly code: string; readonly kind: string; readonly message: string } | null;
  readonly cancelRequested: boolean;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** How much of the value a segment's members stand for. */
export interface ValueShareRecord {
  readonly segmentId: SegmentId;
  /** 0–1 of the feature `monetary` over everybody; null while no features are computed. */
  readonly valueShare: number | null;
}
