import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { batchIdSchema, type BatchId, type NormalisedMessage, type WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import type { GroupEntry } from './group-entries';

/** An entry whose key was taken now, under the id of its event. */
export type FreshEntry = readonly [eventId: string, entry: GroupEntry];

async function insertEvents(
  tx: WorkspaceTransaction,
  target: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
  fresh: readonly FreshEntry[],
): Promise<void> {
  const column = <T>(value: (message: NormalisedMessage) => T): T[] => fresh.map(([, { message }]) => value(message));
  // Arrays, one a column: half the time of a JSON recordset for rows this wide.
  await sql`
    insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, anonymous_id,
      previous_id, group_id, ts, original_ts, sent_at, properties, traits, context, flags, row_weight)
    select ${target.workspaceId}::uuid, m.id, 'epoch'::timestamptz + m.received_at * interval '1 millisecond',
      ${target.batchId}::uuid, m.source_id, m.message_id, m.type, m.name, m.user_id, m.anonymous_id, m.previous_id,
      m.group_id, 'epoch'::timestamptz + m.ts * interval '1 millisecond',
      'epoch'::timestamptz + m.original_ts * interval '1 millisecond',
      'epoch'::timestamptz + m.sent_at * interval '1 millisecond',
      m.properties, m.traits, m.context, m.flags::text[], m.row_weight
    from unnest(
      ${fresh.map(([id]) => id)}::uuid[],
      ${fresh.map(([, entry]) => entry.request.sourceId)}::uuid[],
      ${fresh.map(([, entry]) => entry.request.receivedAt)}::float8[],
      ${column((message) => message.messageId)}::text[],
      ${column((message) => message.type)}::text[],
      ${column((message) => message.name)}::text[],
      ${column((message) => message.userId)}::text[],
      ${column((message) => message.anonymousId)}::text[],
      ${column((message) => message.previousId)}::text[],
      ${column((message) => message.groupId)}::text[],
      ${column((message) => message.ts)}::float8[],
      ${column((message) => message.originalTs)}::float8[],
      ${column((message) => message.sentAt)}::float8[],
      ${column((message) => JSON.stringify(message.properties))}::jsonb[],
      ${column((message) => JSON.stringify(message.traits))}::jsonb[],
      ${column((message) => JSON.stringify(message.context))}::jsonb[],
      ${column((message) => `{${message.flags.map((flag) => `"${flag}"`).join(',')}}`)}::text[],
      ${column((message) => message.rowWeight)}::int[]
    ) as m (id, source_id, received_at, message_id, type, name, user_id, anonymous_id, previous_id, group_id, ts,
      original_ts, sent_at, properties, traits, context, flags, row_weight)`.execute(tx);
}

/** Writes the events under one batch, with the one outbox row that hands them on. null when there are none. */
export async function storeFresh(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  fresh: readonly FreshEntry[],
): Promise<BatchId | null> {
  if (fresh.length === 0) return null;
  const batchId = batchIdSchema.parse(randomUUID());
  await tx
    .insertInto('batch')
    .values({ workspace_id: workspaceId, id: batchId, kind: 'events', row_count: fresh.length })
    .execute();
  await insertEvents(tx, { workspaceId, batchId }, fresh);
  await appendOutbox(tx, 'EventsStored', { workspaceId, batchId });
  return batchId;
}
