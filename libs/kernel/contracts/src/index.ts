export { namesNobody } from './names-nobody';
export { DEDUPE_DAYS, timeZoneSchema, workspaceSettingsSchema, type WorkspaceSettings } from './workspace-settings';
export {
  batchIdSchema,
  destinationIdSchema,
  eventIdSchema,
  keySchema,
  modelIdSchema,
  profileIdSchema,
  runIdSchema,
  segmentIdSchema,
  sourceConnectionIdSchema,
  sourceIdSchema,
  syncIdSchema,
  workspaceIdSchema,
} from './ids';
export type {
  BatchId,
  DestinationId,
  EventId,
  ModelId,
  ProfileId,
  RunId,
  SegmentId,
  SourceConnectionId,
  SourceId,
  SyncId,
  WorkspaceId,
} from './ids';
export { ACCOUNT_TRAIT, GROUP_TRAIT, RESERVED_TRAITS, traitsOfEvent } from './accounts';
export type { Json, JsonObject } from './json';
export type { JobControl, Progress } from './progress';
export type { Fence, Run, RunContext, RunStatus } from './runs';
export { KNOWN_PEOPLE_ONLY, MESSAGE_TYPES, type MessageType, type NormalisedMessage } from './segment-message';
export type { ModelFile, ModelFiles, ModelGrade, ModelKind, ModelStore, NewModelVersion } from './ports/models.port';
export { SERVING_CAUSES, type ServedVersion, type ServingCause, type ScoreRow } from './ports/models.port';
export type { ClusterFlow, ClusterLabelCount, ClusterLife, ClusterMigration } from './ports/cluster-life.port';
export type { ArtifactStore, ByteRange, StoredArtifact } from './ports/artifacts.port';
export { PLAN_ACTIONS, PLAN_RULES, eventLabel } from './ports/tracking.port';
export { MAX_COMPARED_SEGMENTS, MAX_SIZE_POINTS, SIZE_STEPS } from './ports/segment-figures.port';
export type {
  SegmentFigures,
  SegmentFlow,
  SegmentMigration,
  SegmentMigrationRequest,
  SegmentOverlap,
  SizeCause,
  SizeChange,
  SizeHistory,
  SizeHistoryRequest,
  SizePoint,
  SizeStep,
} from './ports/segment-figures.port';
export { TIME_STEPS } from './ports/tracking-reader.port';
export type {
  AlertRecord,
  AlertState,
  LedgerBalanceRecord,
  LedgerPoint,
  PlanFilter,
  TimeRange,
  TimeStep,
  TrackingCommands,
  TrackingReader,
  ViolationRecord,
} from './ports/tracking-reader.port';
export { ALERT_KINDS } from './ports/watch-store.port';
export type {
  AlertKind,
  EventOfSource,
  EventVolume,
  VolumeFinding,
  WatchStore,
  WatchGap,
  WatchTurn,
} from './ports/watch-store.port';
export type {
  NewTrackingPlan,
  PlanInForce,
  PlanOrigin,
  PlanStatus,
  QuarantineFilter,
  QuarantineStore,
  QuarantinedRecord,
  TrackingPlanRecord,
  TrackingStore,
} from './ports/tracking-store.port';
export type { PlanAction, PlanCheck, PlanGate, PlanRule, PlanVerdict, PlanViolation } from './ports/tracking.port';
export { MASK_KINDS, maskingSchema } from './ports/masking.port';
export type { MaskGate, Masking, MaskingSettings, MaskingStore, MaskKind, MaskOrigin } from './ports/masking.port';
export { CONSENT_KINDS, CONSENT_STATES } from './ports/privacy.port';
export type {
  ConsentKind,
  ConsentOutcome,
  ConsentRecord,
  ConsentState,
  ConsentStatement,
  ConsentSubject,
  ConsentView,
  MessageScreen,
  PeopleLookup,
  PrivacyStore,
  PurposeRecord,
  PurposeTarget,
  ScreenedMessage,
  SuppressedIdentifier,
  SuppressionDigest,
  SuppressionGate,
  SuppressionOutcome,
  SuppressionRequest,
} from './ports/privacy.port';
export type {
  GroupedRequest,
  IngestCounts,
  IngestGroupStore,
  IngestStore,
  KeyOutcome,
  KeyedMessage,
  ImportedFile,
  ImportedFiles,
  KnownPeople,
  MessageIdentity,
  Recognition,
  SourceCursor,
  RefusedItem,
  RefusedRecord,
  RefusedStore,
  StoreOutcome,
  StoreRequest,
} from './ports/ingest-store.port';
export type {
  Identifier,
  IdentifierType,
  IdentityLink,
  IdentityPlan,
  KnownGraph,
  KnownIdentifier,
  KnownProfile,
  LinkCause,
  LinkState,
  PlannedMerge,
  PlannedProfile,
  UnassignedEvent,
} from './ports/identity-plan';
export type { ClosureProfile, IdentityClosure, OwnedEvent, Regroup, RegroupPlan } from './ports/identity-closure';
export type {
  AppliedBatches,
  DecisionOf,
  IdentityDecision,
  IdentityOutcome,
  IdentityStore,
} from './ports/identity-store.port';
export type {
  IdentityAdmin,
  MergeRecord,
  PartingRecord,
  RiskRecord,
  RulesRecord,
  WorkspaceIdentity,
} from './ports/identity-admin.port';
export type {
  HistoryEvent,
  IdentityHistory,
  IdentityStanding,
  RebuildAsked,
  RebuildOutcome,
  RebuildPart,
  RebuildWork,
  Rebuilding,
} from './ports/identity-history.port';
export { LINK_STATES, LINK_VERDICTS } from './ports/link-store.port';
export type {
  LinkCandidate,
  LinkCandidateFilter,
  LinkCandidateRecord,
  LinkEvidence,
  LinkPerson,
  LinkCandidateState,
  LinkStore,
  LinkVerdict,
} from './ports/link-store.port';
export type { IdentifierRule, IdentityRules, LimitPeriod, RiskAction } from './ports/identity-rules.port';
export { DRIFT_LEVELS, modelDriftSchema, type DriftLevel, type ModelDrift } from './model-drift';
export { REFIT_KINDS, type ModelLook, type RefitKind, type RefitSetting } from './ports/model-watch.port';
export type { FoundLook, ModelWatchStore, WatchedModel } from './ports/model-watch.port';
export { clusteringCardSchema, modelCardSchema, propensityCardSchema } from './model-card';
export type { ClusterRule, ClusterSheet, ClusteringCard, ModelCard, PropensityCard } from './model-card';
export type {
  HttpRequest,
  HttpResponse,
  HttpStreamReply,
  HttpStreamRequest,
  HttpStreamer,
  HttpTransport,
} from './ports/http.port';
export type { SecretBox, SecretPlace } from './ports/secret-box.port';
export { SYNC_STAGES } from './ports/sync.port';
export type {
  AudienceCounts,
  Deliverer,
  DeliveryControl,
  DeliveryInput,
  DeliveryOutcome,
  DeliveryPreview,
  DeliveryStop,
  DestinationRecord,
  Diagnosis,
  MemberState,
  MemberStateName,
  MemberVerdict,
  MembershipDelta,
  OpenRunOptions,
  PreviewedRequest,
  SyncOperation,
  SyncRecord,
  SyncRunProgress,
  SyncRunStatus,
  SyncStage,
  SyncStore,
  SyncTransaction,
  TrackedChange,
} from './ports/sync.port';
export { quarantineFilterSchema, replayChangeSchema, runParams } from './run-params';
export type { ReplayChange, RunParams, RunParamsJob } from './run-params';
export type { AccessPort, ApiKeyRecord, WriteKeyRecord } from './ports/access.port';
export type {
  ChangeContent,
  ChangeMessage,
  ChangeReceipt,
  ChangeSender,
  ChangeStart,
  ChangeWebhookAdmin,
  ChangeWebhookRecord,
  ChangeWebhookStatus,
  ChangeWebhookStore,
  DueChanges,
  NewChangeWebhook,
  SentChange,
  SentMember,
  WorkspaceChangeWebhooks,
} from './ports/change-webhook.port';
export type {
  ChangeFilter,
  ChangeLogPort,
  ChangePage,
  ChangePlace,
  MembershipChange,
  MembershipChangeBatch,
} from './ports/change-log.port';
export type {
  CommandPort,
  ModelRollback,
  Made,
  NewApiKey,
  NewDestination,
  NewSegment,
  NewSource,
  NewSourceConnection,
  NewSync,
  RuleCheck,
  RuleVerdict,
  SegmentWords,
  RunRequest,
  WorkspaceCommands,
} from './ports/command.port';
export type { IngestEnvelope, IngestOutcome, IngestPort, IngestVerdict } from './ports/ingest.port';
export type {
  AccountReader,
  JobReader,
  ModelReader,
  Page,
  PageItem,
  PageRequest,
  ProfileReader,
  ReadPort,
  SegmentFilter,
  SegmentReader,
  SyncReader,
  WorkspaceReader,
} from './ports/read.port';
export type {
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
  SegmentHold,
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
} from './ports/read-records';
export type {
  ColumnLoadReport,
  ColumnLoader,
  ColumnParameter,
  ColumnParameters,
  ColumnStore,
  FillAnswer,
  ProfileMatrix,
} from './ports/columns.port';
export type {
  AccountRecordsNeeded,
  AskedRules,
  NamedAccount,
  NewRecords,
  RelatedRecords,
  EvaluationDecision,
  EvaluationInput,
  EvaluationOutcome,
  EvaluationRequest,
  Evaluator,
  LiveRules,
  MembershipCause,
  MembershipDecision,
  ListEdit,
  ListEditOutcome,
  ChangedQuestion,
  CrowdCount,
  CrowdToCount,
  FillMark,
  TimersToSet,
  MembershipDiff,
  PersonRecords,
  ProofDecision,
  RecordsNeeded,
  SegmentRefreshes,
  RuleToServe,
  SegmentKeys,
  SegmentRule,
  SegmentStore,
  StandingMembership,
  TimerDecision,
  TouchedProfile,
  VersionToFill,
} from './ports/segments.port';
export type { ConnectorCalls, ConnectorCard, ConnectorCatalogue, SettingsVerdict } from './ports/connectors.port';
export { MOST_PEOPLE_READ } from './ports/segments.port';
export type { LiveTraitsNeed, LiveTraitStore, TouchedPerson } from './ports/live-traits.port';
export type {
  FeatureRow,
  FeatureStatisticsRecord,
  FeatureStatisticsStore,
  FeatureValue,
  FeatureSetPoint,
  FeatureSetRecord,
  FeatureStore,
  PersonEvent,
  PersonFeatures,
  PersonHistory,
} from './ports/features.port';
export { QUALITY_SUBJECTS } from './ports/quality.port';
export type {
  QualityEvent,
  QualityField,
  QualityFieldRecord,
  QualityPage,
  QualityReader,
  QualityRecordsRecord,
  QualitySnapshot,
  QualityStore,
  QualitySubject,
  QualitySubjectKind,
} from './ports/quality.port';
export type {
  GoneRecord,
  KnownRecord,
  OpenedSource,
  PulledRow,
  RowPage,
  SeenRecord,
  SourceConnectionRecord,
  SourceConnectionView,
  SourceConnections,
  SourceConnectors,
  SourceFile,
  SourceTable,
} from './ports/source.port';
export { parseShape, readShape } from './read-shape';
export { faultyText, textFault } from './storable-text';
export type { FaultyText } from './storable-text';
