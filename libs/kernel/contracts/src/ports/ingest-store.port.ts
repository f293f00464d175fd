import type { BatchId, RunId, SourceConnectionId, SourceId, WorkspaceId } from '../ids';
import type { Json } from '../json';
import type { Fence } from '../runs';
import type { NormalisedMessage } from '../segment-message';
import type { SeenRecord } from './source.port';
import type { PlanVerdict } from './tracking.port';

/** A message with the digest that tells a true repeat from another body under the same id. */
export interface KeyedMessage {
  readonly message: NormalisedMessage;
  /** SHA-256 of the canonical body, lower-case hex. */
  readonly bodyHash: string;
  /** What the tracking plan found wrong, where the message is stored all the same. */
  readonly plan?: PlanVerdict;
}

/**
 * Input records by what became of them. Conservation law:
 * received = stored + duplicate + rejected + suppressed + quarantined.
 */
export interface IngestCounts {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly suppressed: number;
  readonly quarantined: number;
  /** Part of `duplicate`: same source and message id, another body. The first one stays. */
  readonly duplicateConflict: number;
}

/** `suppressed`: it names somebody on the suppression list; nothing of it is kept, not even its key. */
export type KeyOutcome = 'stored' | 'duplicate' | 'duplicate_conflict' | 'suppressed';

/** What one transaction did; `outcomes` in the order of the messages. */
export interface StoreOutcome {
  /** null when nothing was stored. */
  readonly batchId: BatchId | null;
  readonly outcomes: readonly KeyOutcome[];
  readonly counts: IngestCounts;
}

/** An item that was refused before the store, to be kept for a person. `payload`: JSON text; null when too large. */
export interface RefusedItem {
  readonly verdict: 'rejected' | 'quarantined';
  readonly code: string;
  /** Path of the field at fault, without its value. */
  readonly field: string;
  readonly payload: string | null;
  /** Of an item that a tracking plan blocked: what it is counted as, and what is wrong with it. */
  readonly plan?: PlanVerdict & { readonly event: string };
}

/** A kept item. */
export interface RefusedRecord extends RefusedItem {
  readonly id: string;
  readonly sourceId: SourceId;
  readonly receivedAt: number;
}

/** How far a source connection has been read; opaque to all but its connector. */
export interface SourceCursor {
  readonly connectionId: SourceConnectionId;
  readonly position: Json;
  /** Of a mirrored connection: the records that were read, and the keys of those that are gone. */
  readonly records?: { readonly seen: readonly SeenRecord[]; readonly gone: readonly string[] };
}

/** One transaction's worth: at most 5,000 messages. Counts are input records (rows of a grouped import). */
export interface StoreRequest {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: SourceId;
  readonly receivedAt: number;
  /** How long an id is remembered where its workspace does not say: 1–30 for live calls; more, for ever: imports. */
  readonly dedupeDays: number;
  readonly messages: readonly KeyedMessage[];
  /** Records that were refused before the store, for the ledger. */
  readonly refused: { readonly rejected: number; readonly suppressed: number; readonly quarantined: number };
  /** Refused items to be kept (imports keep theirs in a reject file instead). */
  readonly keep?: readonly RefusedItem[];
  /** For imports: commits only under the run's fence, with the checkpoint that follows from the outcome. */
  readonly run?: {
    readonly fence: Fence;
    readonly checkpoint: (counts: IngestCounts) => Json;
    /** For pulls: where the connection stands after these messages. */
    readonly cursor?: SourceCursor;
  };
}

/**
 * Where accepted messages go.
 *
 * A caller may rely on: dedupe keys, events, ledger, outbox row (`EventsStored`, when anything was stored) and
 * checkpoint are one transaction; of two messages with one id in the same request the first wins; concurrent calls with
 * overlapping ids store each id once; an id whose days are over is
 * taken as new. Raises INGEST_STORE_REFUSED (kind invalid-input) when PostgreSQL refuses a value,
 * with nothing written; INGEST_STORE_AWAY (kind transient) when it cannot be reached: then nobody knows whether the
 * transaction was committed, and the same request may be given again.
 */
export interface IngestStore {
  store(request: StoreRequest): Promise<StoreOutcome>;
}

/** What is known of a message before it is stored: that it is there already, that its person is, or neither. */
export type Recognition = 'stored' | 'known' | 'unknown';

/** What a message is recognised by. */
export type MessageIdentity = Pick<NormalisedMessage, 'messageId' | 'userId' | 'anonymousId' | 'previousId'>;

/**
 * What an import asks that may make nobody.
 *
 * A caller may rely on: answers in the order of the messages; `stored` before `known`; a person counts as known as soon
 * as an identifier of the message leads to a profile. Records that were accepted and are not worked off yet make nobody
 * known.
 */
export interface KnownPeople {
  recognise(
    source: { readonly workspaceId: WorkspaceId; readonly sourceId: SourceId },
    messages: readonly MessageIdentity[],
  ): Promise<readonly Recognition[]>;
}

/** A file that has been imported to its end. The digest of the mapping covers also whether people could be made. */
export interface ImportedFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly mappingDigest: string;
  readonly runId: RunId;
  readonly rows: number;
}

/** Which files a source has had: a folder is imported again for what is new in it. */
export interface ImportedFiles {
  /** The same file by the same mapping once more replaces what is known of the first time. */
  remember(file: ImportedFile & { readonly workspaceId: WorkspaceId; readonly sourceId: SourceId }): Promise<void>;
}

/** A request that may share its transaction with others: everything but a step of an import. */
export type GroupedRequest = Omit<StoreRequest, 'run'>;

/**
 * The same store, for several requests in one transaction: all of one workspace, with the same `dedupeDays`.
 *
 * A caller may rely on: either all requests are committed or none; one outbox row for all of them; of two messages with
 * one id the one of the earlier request wins; outcomes in the order of the requests, each as if it had come alone.
 * Raises what `IngestStore` raises.
 */
export interface IngestGroupStore {
  storeGroup(requests: readonly GroupedRequest[]): Promise<readonly StoreOutcome[]>;
}

/**
 * Items that were refused, oldest first. What was rejected is kept for 14 days and what is quarantined for 30 (a
 * setting): they hold personal data that no erasure can find by name.
 */
export interface RefusedStore {
  list(
    workspaceId: WorkspaceId,
    page: { readonly limit: number; readonly after: string | null },
  ): Promise<readonly RefusedRecord[]>;
  /** Of the ids those that are still kept. */
  find(workspaceId: WorkspaceId, ids: readonly string[]): Promise<readonly RefusedRecord[]>;
  forget(workspaceId: WorkspaceId, ids: readonly string[]): Promise<void>;
}
