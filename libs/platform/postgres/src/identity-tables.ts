import type { ColumnType, Generated } from 'kysely';
import type { GeneratedBigint, JsonColumn, Timestamp } from './column-types';

/** Why people were merged, kept apart or parted again. */
export interface MergeLogTable {
  workspace_id: string;
  id: string;
  survivor_id: string;
  absorbed_id: string | null;
  event_id: string | null;
  reason: string;
  merged_at: ColumnType<Date, Date | string | undefined, Date | string>;
  kind: Generated<'merged' | 'refused' | 'held' | 'unmerged'>;
  a_type: string | null;
  a_value: string | null;
  b_type: string | null;
  b_value: string | null;
  rules_version: Generated<number>;
  detail: string | null;
  actor: string | null;
}

/** A version of a workspace's identity rules. */
export interface IdentityRulesTable {
  workspace_id: string;
  version: number;
  rules: JsonColumn;
  status: Generated<'draft' | 'active' | 'retired'>;
  note: string | null;
  saved_by: string;
  saved_at: ColumnType<Date, Date | string | undefined, Date | string>;
  applied_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Two identifiers that were said to be one person's. */
export interface IdentityLinkTable {
  workspace_id: string;
  a_key: Buffer;
  b_key: Buffer;
  a_type: string;
  a_value: string;
  b_type: string;
  b_value: string;
  said_at: Timestamp;
  message_id: string;
  event_id: string | null;
  cause: string;
  state: string;
  reason: string | null;
}

/** Two people who may be one; see 0014-link-candidates. */
export interface LinkCandidateTable {
  workspace_id: string;
  profile_a: string;
  profile_b: string;
  probability: number;
  weight: number;
  verdict: string;
  evidence: JsonColumn;
  state: Generated<string>;
  run_id: string;
  found_at: ColumnType<Date, Date | string | undefined, Date | string>;
  decided_by: string | null;
  decided_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Table `identity_slice` of 0020-rebuild. */
export interface IdentitySliceTable {
  workspace_id: string;
  run_id: string;
  slice: number;
  body: Buffer;
}

/** Table `identity_switch` of 0020-rebuild. */
export interface IdentitySwitchTable {
  workspace_id: string;
  run_id: string;
  version: number;
  since: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `event_assignment` of 0002-records and 0029-stream. */
export interface EventAssignmentTable {
  workspace_id: string;
  xid: Generated<string>;
  seq: GeneratedBigint;
  event_id: string;
  profile_id: string;
  batch_id: string;
  received_at: Timestamp;
  ts: Timestamp;
  sign: number;
  /** Empty: the event has no name; null: it was not told. */
  event_name: string | null;
}
