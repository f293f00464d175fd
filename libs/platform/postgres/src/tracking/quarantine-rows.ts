import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import {
  PLAN_ACTIONS,
  PLAN_RULES,
  sourceIdSchema,
  type QuarantineFilter,
  type QuarantinedRecord,
} from '@kohort/kernel-contracts';
import { uuidsOf } from '../read/paging';

/** A row of table refused_event whose verdict is quarantined, as `quarantineColumns` asks for it. */
export interface QuarantineRow {
  id: string;
  source_id: string;
  received_at: Date;
  received_text: string;
  code: string;
  field: string;
  payload: string | null;
  event: string | null;
  plan_id: string | null;
  plan_version: number | null;
  violations: unknown;
}

/** The columns of a QuarantineRow. The text keeps the microseconds that a cursor needs. */
export const quarantineColumns = sql.raw(
  `id, source_id, received_at, code, field, payload, event, plan_id, plan_version, violations,
   to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_text`,
);

const violations = z.array(z.object({ rule: z.enum(PLAN_RULES), action: z.enum(PLAN_ACTIONS), path: z.string() }));

/** A quarantined item as it is listed. */
export function toQuarantined(row: QuarantineRow): QuarantinedRecord {
  const found = violations.safeParse(row.violations);
  return {
    id: row.id,
    sourceId: sourceIdSchema.parse(row.source_id),
    receivedAt: row.received_at.getTime(),
    verdict: 'quarantined',
    code: row.code,
    field: row.field,
    payload: row.payload,
    event: row.event,
    planId: row.plan_id,
    planVersion: row.plan_version,
    violations: found.success ? found.data : [],
  };
}

/** The filter as conditions on refused_event, each beginning with `and`. */
export function quarantineWhere(filter: QuarantineFilter): RawBuilder<unknown> {
  const parts: RawBuilder<unknown>[] = [sql`and verdict = 'quarantined'`];
  if (filter.ids) parts.push(sql`and id = any(${[...uuidsOf(filter.ids)]}::uuid[])`);
  if (filter.sourceId !== undefined) parts.push(sql`and source_id = ${filter.sourceId}::uuid`);
  if (filter.event !== undefined) parts.push(sql`and event = ${filter.event}`);
  if (filter.code !== undefined) parts.push(sql`and code = ${filter.code}`);
  if (filter.fromMs !== undefined) parts.push(sql`and received_at >= ${new Date(filter.fromMs)}::timestamptz`);
  if (filter.toMs !== undefined) parts.push(sql`and received_at < ${new Date(filter.toMs)}::timestamptz`);
  return sql.join(parts, sql` `);
}
