import type { ChangeWebhookTable } from './change-webhook-tables';
import type { ColumnType, Generated } from 'kysely';
import type { BigintColumn, GeneratedBigint, GeneratedJson, JsonColumn, Timestamp } from './column-types';
import type {
  ApiKeyTable,
  ImportedFileTable,
  LedgerMinuteTable,
  OutboxTable,
  ReaderPositionTable,
  RunTable,
  SourceConnectionTable,
  SourceRecordTable,
  SourceTable,
  TaskTable,
  WorkspaceTable,
} from './core-tables';
import type {
  FeaturePopulationTable,
  FeatureSetTable,
  FeatureStatisticsTable,
  ProfileFeatureTable,
} from './feature-tables';
import type {
  EventAssignmentTable,
  IdentityLinkTable,
  IdentityRulesTable,
  IdentitySliceTable,
  IdentitySwitchTable,
  LinkCandidateTable,
  MergeLogTable,
} from './identity-tables';
import type {
  ConsentChangeTable,
  ConsentEventTable,
  ConsentGivenTable,
  ConsentPurposeTable,
  SuppressionTable,
} from './privacy-tables';
import type { QualityRecordsTable, QualitySnapshotTable } from './quality-tables';
import type {
  EventBaselineTable,
  EventHourTable,
  EventOpenHourTable,
  EventSealTable,
  EventSealedHourTable,
  PlanViolationHourTable,
  TrackingPlanTable,
  VolumeAlertTable,
  WatchTurnTable,
} from './tracking-tables';
import type {
  CrowdCountTable,
  MembershipChangeTable,
  MembershipTable,
  SegmentTable,
  SegmentTimerPackTable,
  SegmentTimerTable,
  SegmentVersionTable,
} from './segment-tables';

interface BatchTable {
  workspace_id: string;
  id: string;
  kind: string;
  row_count: Generated<number>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  /** The transaction that stored it, and its rows; null of events from before 0020-rebuild. */
  xid: ColumnType<string | null, never, never>;
}

interface EventTable {
  workspace_id: string;
  id: string;
  received_at: Timestamp;
  batch_id: string;
  source_id: string;
  message_id: string;
  type: string;
  name: string | null;
  user_id: string | null;
  anonymous_id: string | null;
  previous_id: string | null;
  group_id: string | null;
  ts: Timestamp;
  original_ts: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  sent_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  properties: GeneratedJson;
  traits: GeneratedJson;
  context: GeneratedJson;
  flags: Generated<string[]>;
  row_weight: Generated<number>;
}

interface EventKeyTable {
  workspace_id: string;
  source_id: string;
  message_id: string;
  event_id: string;
  body_hash: Buffer | null;
  expires_at: Timestamp;
}

interface ProfileTable {
  workspace_id: string;
  id: string;
  canonical_id: string;
  merged_into: string | null;
  kind: Generated<'person' | 'account'>;
  first_seen_at: Timestamp;
  last_seen_at: Timestamp;
  suppressed_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  /** Of whoever was ever taken off the suppression list: the last transaction that did. */
  unsuppressed_xid: ColumnType<string | null, never, never>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

interface IdentifierTable {
  workspace_id: string;
  type: string;
  value: string;
  profile_id: string;
  first_seen_at: Timestamp;
}

interface TraitValueTable {
  workspace_id: string;
  profile_id: string;
  key: string;
  valid_from: Timestamp;
  message_id: string;
  kind: string;
  value: ColumnType<unknown, string | null | undefined, string | null>;
  event_id: string | null;
  xid: Generated<string>;
  seq: GeneratedBigint;
  sign: Generated<number>;
}

interface ModelTable {
  workspace_id: string;
  id: string;
  key: string;
  name: string;
  kind: string;
  live_version: number | null;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

interface ModelVersionTable {
  workspace_id: string;
  model_id: string;
  version: number;
  status: string;
  grade: string | null;
  run_id: string;
  seed: BigintColumn;
  as_of: Timestamp;
  artifact_key: string | null;
  artifact_sha256: Buffer | null;
  card: JsonColumn;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  follows: ColumnType<number | null, number | null | undefined, number | null>;
  fit_of: ColumnType<number | null, number | null | undefined, number | null>;
}

/** Table `model_serving` of 0041-model-serving. */
interface ModelServingTable {
  workspace_id: string;
  model_id: string;
  place: number;
  version: number;
  served_at: ColumnType<Date, Date | string | undefined, Date | string>;
  cause: string;
  asked_by: ColumnType<string | null, string | null | undefined, string | null>;
}

/** Table `cluster_move` of 0038-cluster-moves. */
interface ClusterMoveTable {
  workspace_id: string;
  model_id: string;
  version: number;
  profile_id: string;
  from_key: string | null;
  to_key: string | null;
}

/** Table `model_refit` of 0039-model-watch. */
interface ModelRefitTable {
  workspace_id: string;
  model_id: string;
  kind: string;
  every_days: number | null;
  changed_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `model_look` of 0039-model-watch. */
interface ModelLookTable {
  workspace_id: string;
  model_id: string;
  version: number;
  day: ColumnType<string, string, string>;
  looked_at: ColumnType<Date, Date | string | undefined, Date | string>;
  drift: JsonColumn;
}

interface ScoreTable {
  workspace_id: string;
  model_id: string;
  profile_id: string;
  version: number;
  as_of: Timestamp;
  probability: number | null;
  percentile: number | null;
  cluster_key: string | null;
  distance: number | null;
  confidence: number | null;
  outlier_score: number | null;
}

interface DestinationTable {
  workspace_id: string;
  id: string;
  key: string;
  name: string;
  plugin: string;
  settings: JsonColumn;
  secrets: Buffer | null;
  paused: Generated<boolean>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  purpose: ColumnType<string | null, string | null | undefined, string | null>;
}

interface SyncTable {
  workspace_id: string;
  id: string;
  destination_id: string;
  segment_id: string;
  mapping: GeneratedJson;
  mode: Generated<string>;
  paused: Generated<boolean>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

interface SyncRunTable {
  workspace_id: string;
  id: string;
  sync_id: string;
  status: Generated<string>;
  held_reason: string | null;
  funnel: GeneratedJson;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

interface SyncMemberTable {
  workspace_id: string;
  sync_id: string;
  profile_id: string;
  state: string;
  desired: boolean;
  desired_version: BigintColumn;
  acked: boolean | null;
  acked_version: BigintColumn | null;
  fence: BigintColumn | null;
  attempts: Generated<number>;
  next_at: ColumnType<Date, Date | string | undefined, Date | string>;
  owed_since: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  fingerprint: Buffer | null;
  last_code: string | null;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
  member: ColumnType<boolean | null, boolean | null | undefined, boolean | null>;
  member_version: ColumnType<string | null, string | number | null | undefined, string | number | null>;
  turned_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

interface SyncRecordTable {
  workspace_id: string;
  run_id: string;
  profile_id: string;
  operation: string;
  change_version: BigintColumn;
  fate: string;
  code: string | null;
  message: string | null;
  recorded_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `refused_event` of 0006-refused and 0011-tracking. */
interface RefusedEventTable {
  workspace_id: string;
  id: string;
  source_id: string;
  received_at: Timestamp;
  verdict: string;
  code: string;
  field: string;
  payload: string | null;
  event: ColumnType<string | null, string | null | undefined, string | null>;
  plan_id: ColumnType<string | null, string | null | undefined, string | null>;
  plan_version: ColumnType<number | null, number | null | undefined, number | null>;
  violations: ColumnType<unknown, string | null | undefined, string | null>;
  kept_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** `live_score`: the rows of `score` that belong to each model's live version. */
interface LiveScoreView extends ScoreTable {
  model_key: string;
}

/** The tables of schema `kohort`, as Kysely sees them. Kept beside the migrations; the catalogue test compares both. */
export interface KohortTables {
  workspace: WorkspaceTable;
  source: SourceTable;
  api_key: ApiKeyTable;
  outbox: OutboxTable;
  reader_position: ReaderPositionTable;
  task: TaskTable;
  run: RunTable;
  ledger_minute: LedgerMinuteTable;
  batch: BatchTable;
  event: EventTable;
  event_key: EventKeyTable;
  refused_event: RefusedEventTable;
  tracking_plan: TrackingPlanTable;
  event_hour: EventHourTable;
  plan_violation_hour: PlanViolationHourTable;
  event_baseline: EventBaselineTable;
  volume_alert: VolumeAlertTable;
  watch_turn: WatchTurnTable;
  event_seal: EventSealTable;
  event_sealed_hour: EventSealedHourTable;
  event_open_hour: EventOpenHourTable;
  profile: ProfileTable;
  identifier: IdentifierTable;
  merge_log: MergeLogTable;
  identity_rules: IdentityRulesTable;
  identity_link: IdentityLinkTable;
  identity_slice: IdentitySliceTable;
  identity_switch: IdentitySwitchTable;
  link_candidate: LinkCandidateTable;
  event_assignment: EventAssignmentTable;
  trait_value: TraitValueTable;
  feature_set: FeatureSetTable;
  profile_feature: ProfileFeatureTable;
  feature_statistics: FeatureStatisticsTable;
  feature_population: FeaturePopulationTable;
  segment: SegmentTable;
  segment_version: SegmentVersionTable;
  crowd_count: CrowdCountTable;
  membership: MembershipTable;
  membership_change: MembershipChangeTable;
  change_webhook: ChangeWebhookTable;
  segment_timer: SegmentTimerTable;
  segment_timer_pack: SegmentTimerPackTable;
  model: ModelTable;
  model_version: ModelVersionTable;
  score: ScoreTable;
  cluster_move: ClusterMoveTable;
  model_serving: ModelServingTable;
  model_refit: ModelRefitTable;
  model_look: ModelLookTable;
  live_score: LiveScoreView;
  destination: DestinationTable;
  sync: SyncTable;
  sync_run: SyncRunTable;
  sync_member: SyncMemberTable;
  sync_record: SyncRecordTable;
  quality_snapshot: QualitySnapshotTable;
  quality_records: QualityRecordsTable;
  imported_file: ImportedFileTable;
  source_connection: SourceConnectionTable;
  source_record: SourceRecordTable;
  consent_purpose: ConsentPurposeTable;
  consent_event: ConsentEventTable;
  consent_change: ConsentChangeTable;
  consent_given: ConsentGivenTable;
  suppression: SuppressionTable;
}
