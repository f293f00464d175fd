import { sql } from 'kysely';
import { z } from 'zod';
import { ALERT_KINDS, modelIdSchema, sourceIdSchema, type AlertRecord } from '@kohort/kernel-contracts';
import { ms, msOrNull } from '../read/columns';

/** A row of table volume_alert, as `alertColumns` asks for it. */
export interface AlertRow {
  id: string;
  source_id: string | null;
  model_id: string | null;
  event: string;
  kind: string;
  state: string;
  opened_at: Date;
  opened_text: string;
  seen_at: Date;
  hour: Date | null;
  observed: number;
  expected: number;
  score: number;
  acknowledged_by: string | null;
  acknowledged_at: Date | null;
  resolved_at: Date | null;
}

/** The columns of an AlertRow. The text keeps the microseconds that a cursor needs. */
export const alertColumns = sql.raw(
  `id, source_id, model_id, event, kind, state, opened_at, seen_at, hour, observed, expected, score, acknowledged_by,
   acknowledged_at, resolved_at,
   to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as opened_text`,
);

const kind = z.enum(ALERT_KINDS);
const state = z.enum(['open', 'acknowledged', 'resolved']);

/** A row of table volume_alert as the API shows it. */
export function toAlert(row: AlertRow): AlertRecord {
  return {
    id: row.id,
    sourceId: row.source_id === null ? null : sourceIdSchema.parse(row.source_id),
    modelId: row.model_id === null ? null : modelIdSchema.parse(row.model_id),
    event: row.event,
    kind: kind.parse(row.kind),
    state: state.parse(row.state),
    openedAt: ms(row.opened_at),
    seenAt: ms(row.seen_at),
    hour: msOrNull(row.hour),
    observed: row.observed,
    expected: row.expected,
    score: row.score,
    acknowledgedBy: row.acknowledged_by,
    acknowledgedAt: msOrNull(row.acknowledged_at),
    resolvedAt: msOrNull(row.resolved_at),
  };
}
