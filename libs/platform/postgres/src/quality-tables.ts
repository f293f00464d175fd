import type { ColumnType } from 'kysely';
import type { BigintColumn, JsonColumn, Timestamp } from './column-types';

/** A week's profile of one field; see 0010-quality. */
export interface QualitySnapshotTable {
  workspace_id: string;
  subject_kind: string;
  subject_key: string;
  event: string;
  field: string;
  week: ColumnType<string, string, string>;
  at: Timestamp;
  rows: BigintColumn;
  schema_version: number;
  profile: JsonColumn;
  baseline_week: ColumnType<string | null, string | null | undefined, string | null>;
  drift: ColumnType<unknown, string | null | undefined, string | null>;
}

/** A week's profile of records as wholes; see 0024-quality-records. */
export interface QualityRecordsTable {
  workspace_id: string;
  subject_kind: string;
  subject_key: string;
  event: string;
  week: ColumnType<string, string, string>;
  at: Timestamp;
  rows: BigintColumn;
  schema_version: number;
  quality: JsonColumn;
}
