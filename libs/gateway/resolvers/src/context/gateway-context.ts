import type { Caller } from '@kohort/access-flow';
import { accessErrors } from '@kohort/access-domain';
import type { Clock } from '@kohort/kernel-clock-random';
import type {
  ChangeLogPort,
  ChangeWebhookAdmin,
  ColumnLoader,
  ColumnStore,
  CommandPort,
  ConnectorCatalogue,
  FeatureStatisticsStore,
  FeatureStore,
  IdentityAdmin,
  Json,
  JsonObject,
  ListEdit,
  ListEditOutcome,
  ModelId,
  ModelRecord,
  ProfileId,
  ReadPort,
  RuleCheck,
  SecretBox,
  ScoreRecord,
  WorkspaceCommands,
  WorkspaceId,
  WorkspaceIdentity,
  WorkspaceReader,
} from '@kohort/kernel-contracts';
import type { AppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';
import type { ScoreExplanation } from '@kohort/models-flow';
import type { PrivacyPorts } from '@kohort/privacy-flow';
import type {
  MembersKnownNow,
  MembersKnownNowRequest,
  PreviewRequest,
  AdviceRequest,
  RuleAdvice,
  SegmentComposition,
  SegmentDiff,
  SegmentPreview,
} from '@kohort/segments-flow';
import type { ChangeFeed } from '../feeds/change-feed';
import type { ProgressFeeds } from '../feeds/progress-feeds';
import { makeLoaders, type Loaders } from './loaders';

/** Says why a person has the score that they have. Null where that cannot be said. */
export interface ScoreExplainer {
  explain(
    workspaceId: WorkspaceId,
    asked: { readonly profileId: ProfileId; readonly model: ModelRecord; readonly score: ScoreRecord },
  ): Promise<ScoreExplanation | null>;
  /** Refuses a version whose fitted model cannot be read. Throws MODELS_FILE_UNREADABLE. */
  requireFile(
    workspaceId: WorkspaceId,
    version: { readonly modelId: ModelId; readonly version: number },
  ): Promise<void>;
}

/** A membership worked out now. Times are epoch milliseconds. */
export interface LiveExplanation {
  readonly evaluatedAt: number;
  readonly member: boolean;
  readonly nextChangeAt: number | null;
  readonly proof: Json;
}

/** Works out why a person is in a segment, or is not. Null when the segment serves no rule. */
export interface MembershipExplainer {
  explain(
    workspaceId: WorkspaceId,
    asked: { readonly profileId: ProfileId; readonly segmentKey: string },
  ): Promise<LiveExplanation | null>;
}

/** Some segments of a workspace. */
export interface SegmentKeys {
  readonly workspaceId: WorkspaceId;
  readonly keys: readonly string[];
}

/** Says what can be said of rules, and counts what they would select. */
export interface SegmentPreviewer {
  advise(request: AdviceRequest, signal: AbortSignal): Promise<RuleAdvice>;
  preview(request: PreviewRequest, signal: AbortSignal): Promise<SegmentPreview>;
  /** Who was in at an instant, by what is known now. */
  membersKnownNow(request: MembersKnownNowRequest, signal: AbortSignal): Promise<MembersKnownNow>;
  /** People that segments share, pair by pair; null when the column store is behind. */
  overlap(request: SegmentKeys, signal: AbortSignal): Promise<readonly number[] | null>;
  compose(
    request: { readonly workspaceId: WorkspaceId; readonly key: string; readonly trait: string },
    signal: AbortSignal,
  ): Promise<SegmentComposition>;
  diff(request: Omit<PreviewRequest, 'compare'> & { readonly key: string }, signal: AbortSignal): Promise<SegmentDiff>;
}

/** What computed traits are kept in, and counted on where there is a column store. */
export interface TraitPorts {
  readonly store: FeatureStore;
  readonly statistics: Pick<FeatureStatisticsStore, 'list' | 'earliest'>;
  readonly columns: { readonly store: ColumnStore; readonly loader: ColumnLoader } | null;
}

/** Adds people to lists and takes them off. */
export interface ListEditor {
  edit(workspaceId: WorkspaceId, edit: ListEdit): Promise<ListEditOutcome>;
}

/** Makes the text and the digest of a new key; the text leaves the process once, in the answer. */
export interface KeyMaker {
  make(kind: 'api' | 'write', workspaceId: WorkspaceId): { readonly text: string; readonly digest: Uint8Array };
}

/** Seals the secret settings of a source that is being configured. */
export interface SourceSealer {
  seal(workspaceId: WorkspaceId, key: string, secrets: JsonObject): Uint8Array;
}

/** Signing secrets of endpoints that are sent the change log; sealed before they are stored. */
export interface WebhookSecrets {
  make(): string;
  seal(place: { readonly workspaceId: WorkspaceId; readonly webhookId: string }, secret: string): Uint8Array;
  reseal(
    of: { readonly workspaceId: WorkspaceId; readonly webhookId: string; readonly secrets: Uint8Array },
    secret: string,
    nowMs: number,
  ): Uint8Array;
}

/** What all operations of a process share. */
export interface GatewayServices {
  readonly read: ReadPort;
  readonly commands: CommandPort;
  readonly identity: IdentityAdmin;
  readonly changeLog: ChangeLogPort;
  readonly changes: ChangeFeed;
  readonly feeds: ProgressFeeds;
  readonly webhooks: { readonly admin: ChangeWebhookAdmin; readonly secrets: WebhookSecrets };
  readonly rules: RuleCheck;
  readonly connectors: ConnectorCatalogue;
  /** The kinds of source that records are pulled from. */
  readonly sources: ConnectorCatalogue;
  readonly secrets: SecretBox;
  readonly sourceSecrets: SourceSealer;
  readonly keys: KeyMaker;
  readonly scoreReasons: ScoreExplainer;
  readonly memberships: MembershipExplainer;
  /** Null where there is no column store. */
  readonly previews: SegmentPreviewer | null;
  readonly lists: ListEditor;
  readonly traits: TraitPorts;
  readonly privacy: PrivacyPorts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlineMs: number;
}

/** What is special about an operation on a websocket. */
export interface LiveConnection {
  /** Calls back once, when the caller's key is no longer good; until the returned function is called. */
  onRefused(callback: (refusal: AppError) => void): () => void;
  /** Counts the streams of this connection. */
  readonly streams: { open: number };
}

/** What stands behind one operation. */
export interface GatewayContext {
  readonly caller: Caller | null;
  /** Why there is no caller. */
  readonly refusal: AppError | null;
  readonly correlationId: string;
  readonly services: GatewayServices;
  readonly live: LiveConnection | null;
  readonly reader: WorkspaceReader;
  readonly commands: WorkspaceCommands;
  readonly identity: WorkspaceIdentity;
  readonly loaders: Loaders;
}

/** Who asks, and how. */
export interface Asked {
  readonly caller: Caller | null;
  readonly refusal: AppError | null;
  readonly correlationId: string;
  readonly live: LiveConnection | null;
  /** Those of other operations of the same workspace, where looking up together is worth it. */
  readonly loaders?: Loaders;
}

class OperationContext implements GatewayContext {
  readonly caller: Caller | null;
  readonly refusal: AppError | null;
  readonly correlationId: string;
  readonly live: LiveConnection | null;
  readonly loaders: Loaders;
  private readonly startedMs: number;

  constructor(
    readonly services: GatewayServices,
    asked: Asked,
  ) {
    this.caller = asked.caller;
    this.refusal = asked.refusal;
    this.correlationId = asked.correlationId;
    this.live = asked.live;
    this.startedMs = services.clock.now();
    this.loaders = asked.loaders ?? makeLoaders(() => this.reader, asked.live === null);
  }

  /** A query has one deadline; each answer of a stream has its own. */
  private get deadlineMs(): number {
    const from = this.live === null ? this.startedMs : this.services.clock.now();
    return from + this.services.deadlineMs;
  }

  private get workspaceId(): WorkspaceId {
    if (this.caller === null) throw this.refusal ?? accessErrors.ACCESS_KEY_MISSING();
    return this.caller.workspaceId;
  }

  get reader(): WorkspaceReader {
    return this.services.read.forWorkspace(this.workspaceId, this.deadlineMs);
  }

  get identity(): WorkspaceIdentity {
    return this.services.identity.forWorkspace(this.workspaceId, this.deadlineMs);
  }

  get commands(): WorkspaceCommands {
    return this.services.commands.forWorkspace(this.workspaceId, this.deadlineMs);
  }
}

/** Opens the context of an operation. */
export function openContext(services: GatewayServices, asked: Asked): GatewayContext {
  return new OperationContext(services, asked);
}

/**
 * The caller of an operation whose policy has been checked.
 *
 * Throws  ACCESS_KEY_MISSING
 */
export function callerOf(context: GatewayContext): Caller {
  if (context.caller === null) throw context.refusal ?? accessErrors.ACCESS_KEY_MISSING();
  return context.caller;
}
