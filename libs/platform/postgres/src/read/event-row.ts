import { sql } from 'kysely';
import { eventIdSchema, sourceIdSchema, type EventRecord } from '@kohort/kernel-contracts';
import { jsonOf, ms } from './columns';

/** An event as it is shown. */
export interface EventRow {
  id: string;
  type: string;
  name: string | null;
  message_id: string;
  source_id: string;
  ts: Date;
  /** `ts` with its microseconds, which a JavaScript Date would lose: the cursor needs them. */
  ts_text: string;
  received_at: Date;
  properties: unknown;
  flags: string[];
}

/** The columns of an `EventRow`, over `e`, at the time of `a`. */
export const eventColumns = sql.raw(`e.id, e.type, e.name, e.message_id, e.source_id, e.ts, e.received_at, e.properties,
  e.flags, to_char(a.ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts_text`);

/** The event of a row. */
export function toEvent(row: EventRow): EventRecord {
  return {
    id: eventIdSchema.parse(row.id),
    type: row.type,
    name: row.name,
    messageId: row.message_id,
    sourceId: sourceIdSchema.parse(row.source_id),
    ts: ms(row.ts),
    receivedAt: ms(row.received_at),
    properties: jsonOf(row.properties),
    flags: row.flags,
  };
}
