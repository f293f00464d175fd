import type { Json, JsonObject } from '../json';
import type { WorkspaceId } from '../ids';
import type { RunParams, RunParamsJob } from '../run-params';
import type { MaskingSettings } from './masking.port';
import type { SourceConnectionView } from './source.port';
import type { RefitSetting } from './model-watch.port';
import type { TrackingCommands } from './tracking-reader.port';
import type { WorkspaceSettings } from '../workspace-settings';
import type {
  DestinationView,
  JobRecord,
  SegmentRecord,
  SourceRecord,
  SyncView,
  WorkspaceRecord,
} from './read-records';

/** A long job to be asked for. `idempotencyKey`: the same again answers the same run. */
export interface RunRequest<J extends RunParamsJob = RunParamsJob> {
  readonly job: J;
  readonly params: RunParams<J>;
  readonly idempotencyKey: string | null;
}

/** A source; its write key has been made and is handed in as a digest. */
export interface NewSource {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly writeKeyDigest: Uint8Array;
}

export interface NewSegment {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly rule: JsonObject;
  /** SHA-256 of the rule's canonical form. */
  readonly ruleHash: Uint8Array;
  /** Id of the key that asks. */
  readonly author: string | null;
  /** What its members must have consented to; null: nothing. */
  readonly purpose: string | null;
  readonly description: string;
  /** Each once, in order. */
  readonly tags: readonly string[];
}

/** What people call a segment; a field that is absent stays as it is. Its key and its rule are no words. */
export interface SegmentWords {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

export interface NewDestination {
  readonly key: string;
  readonly name: string;
  readonly plugin: string;
  readonly settings: JsonObject;
  /** Sealed; null when the connector needs none. */
  readonly secrets: Uint8Array | null;
  /** What people must have consented to before they are sent there; null: nothing. */
  readonly purpose: string | null;
}

/** A binding of a segment to a destination, both by key. */
export interface NewSync {
  readonly destinationKey: string;
  readonly segmentKey: string;
  /** Field of the action → where its value comes from; empty: the connector's default. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly mode: 'live' | 'manual';
}

/** A configured source; its records count for the source of this key. */
export interface NewSourceConnection {
  readonly key: string;
  readonly name: string;
  readonly plugin: string;
  readonly settings: JsonObject;
  /** Sealed; null when the connector needs none. */
  readonly secrets: Uint8Array | null;
  readonly sourceKey: string;
  readonly mapping: string | JsonObject;
  readonly createProfiles: boolean | null;
  readonly everyMinutes: number | null;
}

/** A key; its text is known to the caller alone. `expiresAt` in epoch milliseconds. */
export interface NewApiKey {
  readonly name: string;
  readonly digest: Uint8Array;
  readonly scopes: readonly string[];
  readonly expiresAt: number | null;
}

/** What was made, and whether it was made now (`false`: an earlier call with the same idempotency key had made it). */
export interface Made<T> {
  readonly record: T;
  readonly fresh: boolean;
}

/** The writes of one workspace. Each call is one transaction, with its outbox row. */
export interface WorkspaceCommands {
  /** Another time zone asks for the back-fill of every live segment whose rule has none of its own. */
  updateSettings(settings: WorkspaceSettings): Promise<WorkspaceRecord>;
  createSource(source: NewSource, idempotencyKey: string | null): Promise<Made<SourceRecord>>;
  /** From now on; what is stored already stays as it is. Null: nothing is masked. */
  maskSource(sourceKey: string, masking: MaskingSettings | null): Promise<SourceRecord>;
  createApiKey(key: NewApiKey, idempotencyKey: string | null): Promise<Made<{ readonly id: string }>>;
  revokeApiKey(keyId: string): Promise<void>;
  /** Makes the segment as a draft with version 1. */
  createSegment(segment: NewSegment, idempotencyKey: string | null): Promise<Made<SegmentRecord>>;
  /**
   * Adds a version; the live one goes on serving until the new one is published. With `afterVersion` only when that is
   * the latest: COMMAND_VERSION_MOVED when somebody has added another since.
   */
  draftSegmentVersion(
    segmentKey: string,
    draft: {
      readonly rule: JsonObject;
      readonly ruleHash: Uint8Array;
      readonly author: string | null;
      readonly afterVersion?: number | null;
    },
  ): Promise<SegmentRecord>;
  describeSegment(segmentKey: string, words: SegmentWords): Promise<SegmentRecord>;
  /** Counts its members anew so often, and after each import; null: when somebody publishes it again. */
  scheduleSegment(segmentKey: string, everyMinutes: number | null): Promise<SegmentRecord>;
  /** Asks for the back-fill of a version (the latest when not named); the version is served when that is complete. */
  publishSegment(
    target: { readonly key: string; readonly version: number | null; readonly released: boolean },
    idempotencyKey: string | null,
  ): Promise<JobRecord>;
  /**
   * Asks for a version that has served before to serve again: it is evaluated anew first, and the one that serves goes on
   * until then. COMMAND_VERSION_NEVER_SERVED for any other.
   */
  rollbackSegment(
    target: { readonly key: string; readonly version: number; readonly released: boolean },
    idempotencyKey: string | null,
  ): Promise<JobRecord>;
  /** Gives a held version up: it is not published any more. COMMAND_VERSION_NOT_HELD for any other. */
  discardSegmentVersion(segmentKey: string, version: number | null): Promise<SegmentRecord>;
  /**
   * Serves nobody any more; everybody is taken out by a job, so that destinations are owed the removals. Unless it is
   * released: COMMAND_SEGMENT_NAMED while rules that serve, or are being filled, name it.
   */
  archiveSegment(segmentKey: string, options?: { readonly released: boolean }): Promise<SegmentRecord>;
  createDestination(destination: NewDestination, idempotencyKey: string | null): Promise<Made<DestinationView>>;
  createSync(sync: NewSync, idempotencyKey: string | null): Promise<Made<SyncView>>;
  createSourceConnection(
    connection: NewSourceConnection,
    idempotencyKey: string | null,
  ): Promise<Made<SourceConnectionView>>;
  /** From now on every so many minutes; null: only when asked to. */
  scheduleSourceConnection(key: string, everyMinutes: number | null): Promise<SourceConnectionView>;
  requestRun<J extends RunParamsJob>(request: RunRequest<J>): Promise<JobRecord>;
  cancelRun(runId: string): Promise<JobRecord>;
  /**
   * Serves an earlier version of a model again, from now on, and answers the job that scores everybody anew by it. `ready`
   * is asked first, and may refuse by throwing; a request that is repeated is not asked of it again. Throws
   * COMMAND_NOT_FOUND, COMMAND_MODEL_NEVER_SERVED, COMMAND_MODEL_SCORES_GONE.
   */
  rollbackModel(target: ModelRollback, idempotencyKey: string | null, ready?: () => Promise<void>): Promise<JobRecord>;
  /** When a clustering is fitted again by itself. Throws COMMAND_NOT_FOUND when there is none of this key. */
  setModelRefit(modelKey: string, refit: RefitSetting): Promise<void>;
  readonly tracking: TrackingCommands;
}

/** A return to an earlier version of a model. */
export interface ModelRollback {
  readonly modelKey: string;
  readonly version: number;
  /** Id of the key that asks. */
  readonly askedBy: string;
}

/**
 * The write side of the API.
 *
 * A caller may rely on: everything is of the named workspace, foreign ids and keys raise the same not-found as unknown
 * ones; a taken key raises a conflict; the same idempotency key with the same input changes nothing and answers what the
 * first call made, with another input it raises COMMAND_IDEMPOTENCY_REUSED.
 */
export interface CommandPort {
  forWorkspace(workspaceId: WorkspaceId, deadlineMs: number): WorkspaceCommands;
}

/** What a rule's check says: its canonical hash, or what is wrong with it, node by node. */
export type RuleVerdict =
  | { readonly valid: true; readonly rule: JsonObject; readonly hash: Uint8Array }
  | { readonly valid: false; readonly issues: readonly { readonly path: string; readonly message: string }[] };

/** Checks a segment's rule before it is stored. Pure and fast: no look-up, no evaluation. */
export interface RuleCheck {
  /** A rule as JSON, or a text in the language's text form. */
  check(rule: Json): RuleVerdict;
  /** Whether who is in is counted over everybody (`top`, `sql`) and not followed person by person. */
  isCounted(rule: Json): boolean;
  /** The text form of each condition of a stored rule, by its id; none of what is no rule. */
  conditions(rule: Json): ReadonlyMap<string, string>;
  /** The text form of a stored rule. */
  print(rule: Json): string;
}
