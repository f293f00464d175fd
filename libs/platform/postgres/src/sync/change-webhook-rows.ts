import { segmentIdSchema, type ChangeWebhookRecord, type ChangeWebhookStatus } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { sql } from 'kysely';
import { ms, msOrNull } from '../read/columns';

export const changeWebhookErrors = defineErrors({
  CHANGE_WEBHOOK_MISSING: { kind: 'not-found', message: () => 'there is no such endpoint' },
});

/** A row of table change_webhook, as `webhookColumns` asks for it. */
export interface WebhookRow {
  id: string;
  url: string;
  segment_id: string | null;
  kinds: string[] | null;
  status: string;
  failures: number;
  error_code: string | null;
  error_message: string | null;
  delivered: string;
  delivered_at: Date | null;
  next_at: Date | null;
  created_at: Date;
  created_text: string;
  sending_members: boolean;
}

/** The columns of a WebhookRow. */
export const webhookColumns = sql.raw(
  `id, url, segment_id, kinds, status, failures, error_code, error_message, delivered, delivered_at, next_at, created_at,
   members_after is not null as sending_members,
   to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_text`,
);

const STATUSES: readonly ChangeWebhookStatus[] = ['active', 'retrying', 'paused', 'stopped'];

/** A row as the API shows it; the secret is no part of it. */
export function toWebhook(row: WebhookRow): ChangeWebhookRecord {
  return {
    id: row.id,
    url: row.url,
    segmentId: row.segment_id === null ? null : segmentIdSchema.parse(row.segment_id),
    kinds: row.kinds,
    status: STATUSES.find((status) => status === row.status) ?? 'stopped',
    failures: row.failures,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    delivered: Number(row.delivered),
    deliveredAt: msOrNull(row.delivered_at),
    nextAt: msOrNull(row.next_at),
    createdAt: ms(row.created_at),
    isSendingMembers: row.sending_members,
  };
}
