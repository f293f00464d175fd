import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type BatchId,
  type JsonObject,
  type NormalisedMessage,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';
import { sendAlong } from '../send-along';
import type { BinaryValue } from './binary-array';
import { binaryRows, refOf, type BinaryColumn } from './binary-rows';
import type { NamedEntry } from './event-keys';

const jsonOf = (value: JsonObject): string => JSON.stringify(value);
const ofMessage =
  (value: (message: NormalisedMessage) => BinaryValue) =>
  ([, entry]: NamedEntry): BinaryValue =>
    value(entry.keyed.message);

const COLUMNS: readonly BinaryColumn<NamedEntry>[] = [
  ['id', 'uuid', ([eventId]) => eventId],
  ['received_at', 'timestamptz', ([, { request }]) => request.receivedAt],
  ['source_id', 'uuid', ([, { request }]) => request.sourceId],
  ['message_id', 'text', ofMessage(({ messageId }) => messageId)],
  ['type', 'text', ofMessage(({ type }) => type)],
  ['name', 'text', ofMessage(({ name }) => name)],
  ['user_id', 'text', ofMessage(({ userId }) => userId)],
  ['anonymous_id', 'text', ofMessage(({ anonymousId }) => anonymousId)],
  ['previous_id', 'text', ofMessage(({ previousId }) => previousId)],
  ['group_id', 'text', ofMessage(({ groupId }) => groupId)],
  ['ts', 'timestamptz', ofMessage(({ ts }) => ts)],
  ['original_ts', 'timestamptz', ofMessage(({ originalTs }) => originalTs)],
  ['sent_at', 'timestamptz', ofMessage(({ sentAt }) => sentAt)],
  ['properties', 'jsonb', ofMessage(({ properties }) => jsonOf(properties))],
  ['traits', 'jsonb', ofMessage(({ traits }) => jsonOf(traits))],
  ['context', 'jsonb', ofMessage(({ context }) => jsonOf(context))],
  ['row_weight', 'int4', ofMessage(({ rowWeight }) => rowWeight)],
  // An array of arrays has no shape of its own: sent as the text of one.
  ['flags', 'text', ofMessage(({ flags }) => `{${flags.map((flag) => `"${flag}"`).join(',')}}`)],
];

const NAMES = COLUMNS.map(([name]) => name);
const columns = sql.join(NAMES.map(refOf));

async function insertEvents(
  tx: WorkspaceTransaction,
  target: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
  fresh: readonly NamedEntry[],
): Promise<void> {
  const rows = binaryRows(fresh, COLUMNS);
  // The batch in the same statement: the trigger of the events looks for it when all of it is written.
  await sendAlong(
    tx,
    sql`
    with made as (
      insert into batch (workspace_id, id, kind, row_count)
      values (${target.workspaceId}::uuid, ${target.batchId}::uuid, 'events', ${fresh.length})
    )
    insert into event (workspace_id, batch_id, ${columns})
    select ${target.workspaceId}::uuid, ${target.batchId}::uuid,
      ${sql.join(NAMES.map((name) => (name === 'flags' ? sql`${rows.of(name)}::text[]` : rows.of(name))))}
    from ${rows.from}`,
  );
}

/** Writes the events under one batch, with the one outbox row that hands them on. null when there are none. */
export async function storeFresh(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  fresh: readonly NamedEntry[],
): Promise<BatchId | null> {
  if (fresh.length === 0) return null;
  const batchId = batchIdSchema.parse(randomUUID());
  await insertEvents(tx, { workspaceId, batchId }, fresh);
  await appendOutbox(tx, 'EventsStored', { workspaceId, batchId });
  return batchId;
}
