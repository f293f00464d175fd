import type { WorkspaceId } from '../ids';
import type { QualityReader } from './quality.port';
import type { ClusterLife } from './cluster-life.port';
import type { SegmentFigures } from './segment-figures.port';
import type { RuleToServe } from './segments.port';
import type { TrackingReader } from './tracking-reader.port';
import type { ImportedFile } from './ingest-store.port';
import type { SourceConnectionView } from './source.port';
import type {
  AccountPersonRecord,
  AccountRecord,
  DestinationView,
  EventRecord,
  FeaturesRecord,
  LineageRecords,
  FreshnessRecord,
  IdentifierRecord,
  JobRecord,
  LedgerRecord,
  MembershipProofRecord,
  MembershipRecord,
  ModelRecord,
  ModelServing,
  ModelVersionRecord,
  ProfileRecord,
  ScoreRecord,
  SegmentRecord,
  SegmentLagRecord,
  SegmentVersionRecord,
  SourceRecord,
  SyncFateRecord,
  SyncView,
  SyncRunRecord,
  SyncStateCount,
  TraitRecord,
  ValueShareRecord,
  WorkspaceRecord,
} from './read-records';

/** A stretch of a list: at most `first`, behind the cursor that an earlier page gave. */
export interface PageRequest {
  readonly first: number;
  readonly after: string | null;
}

/** One item of a page with the cursor that resumes right behind it. */
export interface PageItem<T> {
  readonly cursor: string;
  readonly node: T;
}

/** A stretch of a list, and whether there is more behind it. */
export interface Page<T> {
  readonly items: readonly PageItem<T>[];
  readonly hasNextPage: boolean;
}

/** Which segments; what is absent does not narrow. */
export interface SegmentFilter {
  readonly kind?: string;
  readonly status?: string;
  /** Those with a held version, or those without. */
  readonly held?: boolean;
  /** Part of the key or name, any case. */
  readonly search?: string;
}

/** Segments, their versions and members. */
export interface SegmentReader {
  list(filter: SegmentFilter, page: PageRequest): Promise<Page<SegmentRecord>>;
  byIds(ids: readonly string[]): Promise<readonly SegmentRecord[]>;
  byKeys(keys: readonly string[]): Promise<readonly SegmentRecord[]>;
  versions(segmentId: string, page: PageRequest): Promise<Page<SegmentVersionRecord>>;
  /** The live version of each segment, or its latest when none is live. */
  currentVersions(segmentIds: readonly string[]): Promise<readonly SegmentVersionRecord[]>;
  /** Null when there is no such version. */
  version(segmentId: string, version: number): Promise<SegmentVersionRecord | null>;
  /** Rules that are going to serve: of each segment the version that is being filled, the latest first, else the live one. */
  rulesToServe(): Promise<readonly RuleToServe[]>;
  /** The newest held version of each segment that has one. */
  heldVersions(segmentIds: readonly string[]): Promise<readonly SegmentVersionRecord[]>;
  /** Of those segments alone whose latest 1,000 changes an event had a part in. */
  lags(segmentIds: readonly string[]): Promise<readonly SegmentLagRecord[]>;
  freshness(segmentIds: readonly string[]): Promise<readonly FreshnessRecord[]>;
  /** Share of everybody's value that the members hold, by their computed features. */
  valueShares(segmentIds: readonly string[]): Promise<readonly ValueShareRecord[]>;
  /** Members only, by profile id. */
  members(segmentId: string, page: PageRequest): Promise<Page<MembershipRecord>>;
  /** Those who were in at an instant (epoch milliseconds) by what was recorded before it; by profile id. */
  membersAsOf(segmentId: string, asOfMs: number, page: PageRequest): Promise<Page<MembershipRecord>>;
  membershipsOf(profileId: string, page: PageRequest): Promise<Page<MembershipRecord>>;
  proof(profileId: string, segmentId: string): Promise<MembershipProofRecord | null>;
}

/** People and what is known of them. */
export interface ProfileReader {
  byIds(ids: readonly string[]): Promise<readonly ProfileRecord[]>;
  /** The profile that an identifier leads to; `type` absent: any type, the first in alphabetical order. */
  byIdentifier(identifier: { readonly value: string; readonly type?: string }): Promise<ProfileRecord | null>;
  identifiers(profileId: string, page: PageRequest): Promise<Page<IdentifierRecord>>;
  traits(profileId: string, page: PageRequest): Promise<Page<TraitRecord>>;
  /** The features of the newest definition. */
  features(profileId: string): Promise<FeaturesRecord | null>;
  /** Newest first. */
  events(profileId: string, page: PageRequest): Promise<Page<EventRecord>>;
}

/** Accounts and who belongs to them. */
export interface AccountReader {
  /** By group id; `search` is the beginning of one. */
  list(filter: { readonly search?: string }, page: PageRequest): Promise<Page<AccountRecord>>;
  byIds(ids: readonly string[]): Promise<readonly AccountRecord[]>;
  byGroupId(groupId: string): Promise<AccountRecord | null>;
  /** How many people belong to each of the accounts; those without anybody are not named. */
  sizes(ids: readonly string[]): Promise<readonly { readonly id: string; readonly people: number }[]>;
  /** By profile id. */
  people(account: AccountRecord, page: PageRequest): Promise<Page<AccountPersonRecord>>;
  /** By group id. */
  ofPerson(profileId: string, page: PageRequest): Promise<Page<AccountPersonRecord>>;
  /** Events that name the account, newest first. */
  events(account: AccountRecord, page: PageRequest): Promise<Page<EventRecord>>;
}

/** Models, versions and served scores. */
export interface ModelReader {
  list(page: PageRequest): Promise<Page<ModelRecord>>;
  byIds(ids: readonly string[]): Promise<readonly ModelRecord[]>;
  byKeys(keys: readonly string[]): Promise<readonly ModelRecord[]>;
  /** Newest first. */
  versions(modelId: string, page: PageRequest): Promise<Page<ModelVersionRecord>>;
  /** What was served when, the newest first. */
  servings(modelId: string, page: PageRequest): Promise<Page<ModelServing>>;
  /** The live version of each model, or its latest when none is live. */
  currentVersions(modelIds: readonly string[]): Promise<readonly ModelVersionRecord[]>;
  /** Scores of the live versions only. */
  scoresOf(profileId: string, page: PageRequest): Promise<Page<ScoreRecord>>;
  score(profileId: string, modelId: string): Promise<ScoreRecord | null>;
  /** The outlier group of a clustering's live version, by profile. */
  outliers(modelId: string, page: PageRequest): Promise<Page<ScoreRecord>>;
}

/** Destinations, syncs, runs and fates. */
export interface SyncReader {
  destinations(page: PageRequest): Promise<Page<DestinationView>>;
  destinationsByIds(ids: readonly string[]): Promise<readonly DestinationView[]>;
  list(
    filter: { readonly destinationId?: string; readonly segmentId?: string },
    page: PageRequest,
  ): Promise<Page<SyncView>>;
  byIds(ids: readonly string[]): Promise<readonly SyncView[]>;
  states(syncId: string): Promise<readonly SyncStateCount[]>;
  /** Newest first. */
  runs(syncId: string, page: PageRequest): Promise<Page<SyncRunRecord>>;
  run(runId: string): Promise<SyncRunRecord | null>;
  records(
    runId: string,
    filter: { readonly fate?: string; readonly operation?: string },
    page: PageRequest,
  ): Promise<Page<SyncFateRecord>>;
}

/** Long jobs. */
export interface JobReader {
  /** Newest first. */
  list(filter: { readonly job?: string; readonly status?: string }, page: PageRequest): Promise<Page<JobRecord>>;
  byIds(ids: readonly string[]): Promise<readonly JobRecord[]>;
}

/** Everything the API reads, of one workspace. What belongs to another workspace does not exist here. */
export interface WorkspaceReader {
  workspace(): Promise<WorkspaceRecord | null>;
  /** Records and jobs that are accepted and not yet worked off; 0 when all is done. */
  backlog(): Promise<number>;
  sources(page: PageRequest): Promise<Page<SourceRecord>>;
  sourcesByIds(ids: readonly string[]): Promise<readonly SourceRecord[]>;
  sourceByKey(key: string): Promise<SourceRecord | null>;
  /** Of these files those that a source has had; by digest, then mapping. */
  importedFiles(sourceKey: string, sha256: readonly string[]): Promise<readonly ImportedFile[]>;
  /** By key. */
  sourceConnections(page: PageRequest): Promise<Page<SourceConnectionView>>;
  sourceConnectionByKey(key: string): Promise<SourceConnectionView | null>;
  lineage(): Promise<LineageRecords>;
  ledger(range: { readonly fromMs?: number; readonly toMs?: number }, page: PageRequest): Promise<Page<LedgerRecord>>;
  readonly segments: SegmentReader;
  readonly segmentFigures: SegmentFigures;
  readonly clusterLife: ClusterLife;
  readonly profiles: ProfileReader;
  readonly accounts: AccountReader;
  readonly models: ModelReader;
  readonly syncs: SyncReader;
  readonly jobs: JobReader;
  readonly quality: QualityReader;
  readonly tracking: TrackingReader;
}

/**
 * The read side of the API.
 *
 * A caller may rely on: answers are of the named workspace alone; `byIds` and its kin answer what they find, in any
 * order, without gaps for what they do not; a page's cursor stays good while rows come and go; at `deadlineMs` (epoch
 * milliseconds) the database work is cancelled and READ_DEADLINE raised. An unreadable cursor raises READ_CURSOR_INVALID.
 */
export interface ReadPort {
  forWorkspace(workspaceId: WorkspaceId, deadlineMs: number): WorkspaceReader;
}
