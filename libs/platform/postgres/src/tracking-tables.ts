import type { ColumnType, Generated } from 'kysely';
import type { BigintColumn, JsonColumn, Timestamp } from './column-types';

type OptionalTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type MadeTime = ColumnType<Date, Date | string | undefined, Date | string>;

/** Table `tracking_plan` of 0011-tracking. */
export interface TrackingPlanTable {
  workspace_id: string;
  id: string;
  source_id: string | null;
  version: number;
  status: Generated<string>;
  origin: string;
  document: JsonColumn;
  evidence: ColumnType<unknown, string | null | undefined, string | null>;
  created_by: string;
  created_at: MadeTime;
  approved_by: ColumnType<string | null, string | null | undefined, string | null>;
  approved_at: OptionalTime;
  archived_by: ColumnType<string | null, string | null | undefined, string | null>;
  archived_at: OptionalTime;
}

/** Table `event_hour` of 0011-tracking. */
export interface EventHourTable {
  workspace_id: string;
  source_id: string;
  event: string;
  hour: Timestamp;
  stored: BigintColumn;
  quarantined: BigintColumn;
  last_at: Timestamp;
}

/** Table `plan_violation_hour` of 0011-tracking. */
export interface PlanViolationHourTable {
  workspace_id: string;
  source_id: string;
  event: string;
  plan_id: string;
  rule: string;
  action: string;
  hour: Timestamp;
  count: BigintColumn;
}

/** Table `event_baseline` of 0011-tracking. */
export interface EventBaselineTable {
  workspace_id: string;
  source_id: string;
  event: string;
  computed_for: Timestamp;
  quiet_ms: number | null;
  baseline: JsonColumn;
}

/** Table `volume_alert` of 0011-tracking. */
export interface VolumeAlertTable {
  workspace_id: string;
  id: string;
  /** Null of an alert about a model. */
  source_id: ColumnType<string | null, string | null | undefined, string | null>;
  model_id: ColumnType<string | null, string | null | undefined, string | null>;
  event: string;
  kind: string;
  state: string;
  opened_at: Timestamp;
  seen_at: Timestamp;
  hour: OptionalTime;
  observed: number;
  expected: number;
  score: number;
  calm_hours: Generated<number>;
  acknowledged_by: ColumnType<string | null, string | null | undefined, string | null>;
  acknowledged_at: OptionalTime;
  resolved_at: OptionalTime;
}

/** Table `watch_turn` of 0011-tracking, 0018-watch-away and 0023-quiet-watch. */
export interface WatchTurnTable {
  workspace_id: string;
  looked_at: Timestamp;
  hour_done: Timestamp;
  next_at: ColumnType<Date, Date | string | undefined, Date | string>;
  away_from: OptionalTime;
  away_to: OptionalTime;
  away_heard: ColumnType<boolean | null, boolean | null | undefined, boolean | null>;
}

/** Table `event_seal` of 0022-sealed-hours. */
export interface EventSealTable {
  workspace_id: string;
  sealed_until: Timestamp;
}

/** Table `event_sealed_hour` of 0022-sealed-hours. */
export interface EventSealedHourTable {
  workspace_id: string;
  hour: Timestamp;
  source_id: string;
  records: BigintColumn;
}

/** Table `event_open_hour` of 0022-sealed-hours. */
export interface EventOpenHourTable {
  workspace_id: string;
  hour: Timestamp;
  checked_at: ColumnType<Date, Date | string | undefined, Date | string>;
}
