export { CursorScalar, DateTimeScalar, JsonScalar } from './scalars.schema';
export {
  ChangeCause,
  JobStatus,
  KeyScope,
  MemberState,
  MembershipChangeKind,
  ModelGrade,
  ModelKind,
  ModelVersionStatus,
  RecordFate,
  SegmentKind,
  SegmentStatus,
  SourceKind,
  SyncMode,
  SyncOperation,
  SyncRunStatus,
  TraitKind,
} from './enums.schema';
export type { EnumMap } from './enums.schema';
export { PageArgs, PageInfoType, connectionOf } from './page.schema';
export type { Connection, Edge } from './page.schema';
export {
  ConflictType,
  FailureType,
  InvalidInputType,
  IssueType,
  NeedsAttentionType,
  NotFoundType,
  resultOf,
} from './failure.schema';
export {
  ChangeLogType,
  LedgerConnection,
  ImportedFileType,
  LedgerEntryType,
  LedgerRange,
  NewApiKeyType,
  NewSourceType,
  RevokedApiKeyType,
  SourceConnection,
  SourceType,
  WorkspaceType,
} from './workspace.schema';
export {
  FreshnessType,
  MembershipConnection,
  MembershipExplanationType,
  MembershipType,
  SegmentConnection,
  SegmentFilter,
  SegmentType,
  SegmentVersionConnection,
  SegmentVersionType,
} from './segment.schema';
export {
  EventConnection,
  EventType,
  FeaturesType,
  IdentifierConnection,
  IdentifierType,
  ProfileArgs,
  ProfileType,
  TraitConnection,
  TraitType,
} from './profile.schema';
export {
  ClusterFeatureType,
  ClusterType,
  ModelConnection,
  ModelType,
  ModelVersionConnection,
  ModelVersionType,
  ScoreConnection,
  ScoreReasonType,
  ScoreType,
} from './model.schema';
export {
  DestinationConnection,
  ConnectorType,
  DestinationType,
  SyncConnection,
  SyncRecordConnection,
  SyncRecordFilter,
  SyncRecordType,
  SyncRunConnection,
  SyncRunType,
  SyncStateCountType,
  SyncType,
} from './sync.schema';
export { JobConnection, JobErrorType, JobFilter, JobType, ProgressType } from './job.schema';
export { MembershipChangeType } from './change.schema';
export {
  CreateApiKeyInput,
  CreateSegmentInput,
  CreateSourceInput,
  CreateDestinationInput,
  CreateSyncInput,
  ImportRecordsInput,
  ProfileQualityInput,
  TrainClustersInput,
  TrainPropensityInput,
} from './inputs.schema';
export {
  ArchiveSegmentResult,
  CancelJobResult,
  ComputeFeaturesResult,
  CreateApiKeyResult,
  CreateSegmentResult,
  CreateSourceResult,
  CreateDestinationResult,
  CreateSyncResult,
  ImportRecordsResult,
  ProfileQualityResult,
  PublishSegmentResult,
  RevokeApiKeyResult,
  RunSyncResult,
  TrainClustersResult,
  TrainPropensityResult,
  UpdateSegmentResult,
  DryRunSyncResult,
  TestDestinationResult,
} from './results.schema';
export {
  FieldDriftType,
  FieldQualityConnection,
  FieldQualityType,
  HistogramType,
  NumberFiguresType,
  QualityFindingType,
  ValueRowsType,
} from './quality.schema';
