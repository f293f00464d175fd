import type { ColumnType, Generated } from 'kysely';
import type { BigintColumn, GeneratedBigint, JsonColumn, Timestamp } from './column-types';

/** Table `segment`. */
export interface SegmentTable {
  workspace_id: string;
  id: string;
  key: string;
  name: string;
  kind: string;
  status: Generated<string>;
  live_version: number | null;
  size: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  purpose: ColumnType<string | null, string | null | undefined, string | null>;
  description: Generated<string>;
  tags: Generated<string[]>;
  refresh_minutes: Generated<number | null>;
  refresh_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  refresh_asked_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  counted_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Table `crowd_count`. */
export interface CrowdCountTable {
  workspace_id: string;
  account_id: string;
  asked: Buffer;
  matching: string;
  total: string;
  soonest: Timestamp | null;
}

/** Table `segment_version`. */
export interface SegmentVersionTable {
  workspace_id: string;
  segment_id: string;
  version: number;
  rule: JsonColumn;
  rule_hash: Buffer;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  published_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  author: string | null;
  retired_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  size_at_end: string | null;
  held: ColumnType<unknown, string | null | undefined, string | null>;
  discarded_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Table `membership`. */
export interface MembershipTable {
  workspace_id: string;
  segment_id: string;
  profile_id: string;
  member: boolean;
  change_version: BigintColumn;
  segment_version: number;
  entered_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  exited_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  cause: string;
  proof: ColumnType<unknown, string | null | undefined, string | null>;
  proof_hash: Buffer | null;
  proof_version: Generated<number | null>;
}

/** Table `membership_change`. */
export interface MembershipChangeTable {
  workspace_id: string;
  xid: Generated<string>;
  seq: GeneratedBigint;
  batch_id: string;
  segment_id: string;
  segment_key: string;
  profile_id: string;
  kind: string;
  change_version: BigintColumn;
  segment_version: number;
  rule_hash: Buffer;
  evaluated_at: Timestamp;
  recorded_at: ColumnType<Date, Date | string | undefined, Date | string>;
  cause: string;
  proof_hash: Buffer | null;
  event_id: string | null;
}

/** Table `segment_timer`. */
export interface SegmentTimerTable {
  workspace_id: string;
  segment_id: string;
  profile_id: string;
  due_at: Timestamp;
}

/** Table `segment_timer_pack`: due timers of a fill, many to a row, opened before the first of them is due (ADR 0034). */
export interface SegmentTimerPackTable {
  workspace_id: string;
  segment_id: string;
  first_due_at: Timestamp;
  place: number;
  profile_ids: string[];
  due_at: Date[];
}
