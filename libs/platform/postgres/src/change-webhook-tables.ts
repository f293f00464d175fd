import type { ColumnType, Generated } from 'kysely';
import type { BigintColumn, GeneratedBigint } from './column-types';

/** Table `change_webhook` of 0025-change-webhooks and 0027-webhook-starts. */
export interface ChangeWebhookTable {
  workspace_id: string;
  id: string;
  url: string;
  segment_id: string | null;
  kinds: string[] | null;
  status: Generated<string>;
  secrets: Buffer;
  xid: string;
  seq: BigintColumn;
  epoch: number;
  failures: Generated<number>;
  error_code: string | null;
  error_message: string | null;
  delivered: GeneratedBigint;
  delivered_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  next_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  run_id: string | null;
  members_after: string | null;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
}
