import type { ColumnType, Generated } from 'kysely';
import type { BigintColumn, GeneratedBigint, JsonColumn, Timestamp } from './column-types';

/** Table `workspace` of 0001-core and 0017-workspace-settings. */
export interface WorkspaceTable {
  workspace_id: string;
  name: string;
  time_zone: Generated<string>;
  dedupe_days: ColumnType<number | null, number | null | undefined, number | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `source` of 0001-core. */
export interface SourceTable {
  workspace_id: string;
  id: string;
  key: string;
  name: string;
  kind: string;
  write_key_hash: Buffer | null;
  masking: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `api_key` of 0001-core. */
export interface ApiKeyTable {
  workspace_id: string;
  id: string;
  name: string;
  secret_hash: Buffer;
  scopes: string[];
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  expires_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  last_used_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  revoked_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Table `outbox` of 0001-core. */
export interface OutboxTable {
  workspace_id: string;
  seq: GeneratedBigint;
  xid: Generated<string>;
  topic: string;
  payload: JsonColumn;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `reader_position` of 0001-core. */
export interface ReaderPositionTable {
  reader: string;
  xid: string;
  seq: BigintColumn;
  epoch: Generated<number>;
  moved_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `task` of 0001-core. */
export interface TaskTable {
  workspace_id: string;
  id: string;
  job: string;
  entity: string;
  payload: JsonColumn;
  status: Generated<string>;
  starts: Generated<number>;
  lone_starts: Generated<number>;
  failures: Generated<number>;
  enqueues: Generated<number>;
  due_at: ColumnType<Date, Date | string | undefined, Date | string>;
  enqueued_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  last_error: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Table `run` of 0001-core. */
export interface RunTable {
  workspace_id: string;
  id: string;
  job: string;
  params: JsonColumn;
  status: Generated<string>;
  fence: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  starts: Generated<number>;
  progress: ColumnType<unknown, string | null | undefined, string | null>;
  checkpoint: ColumnType<unknown, string | null | undefined, string | null>;
  result: ColumnType<unknown, string | null | undefined, string | null>;
  error: ColumnType<unknown, string | null | undefined, string | null>;
  cancel_requested: Generated<boolean>;
  idempotency_key: string | null;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  started_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  heartbeat_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

/** Table `ledger_minute` of 0001-core. */
export interface LedgerMinuteTable {
  workspace_id: string;
  source_id: string;
  minute: Timestamp;
  received: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  stored: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  duplicate: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  rejected: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  suppressed: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
  quarantined: ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
}

/** Table `imported_file` of 0013-source-connections. */
export interface ImportedFileTable {
  workspace_id: string;
  source_id: string;
  sha256: string;
  mapping_digest: string;
  bytes: BigintColumn;
  rows: BigintColumn;
  run_id: string;
  imported_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `source_connection` of 0013-source-connections. */
export interface SourceConnectionTable {
  workspace_id: string;
  id: string;
  key: string;
  name: string;
  plugin: string;
  settings: JsonColumn;
  secrets: Buffer | null;
  source_id: string;
  mapping: JsonColumn;
  create_profiles: boolean | null;
  every_minutes: number | null;
  next_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  position: ColumnType<unknown, string | null | undefined, string | null>;
  run_id: string | null;
  pulled_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Table `source_record` of 0021-source-records. */
export interface SourceRecordTable {
  workspace_id: string;
  connection_id: string;
  key: Buffer;
  content: string;
  version: Generated<number>;
  message_id: string | null;
  seen_run: string;
  is_gone: Generated<boolean>;
}
