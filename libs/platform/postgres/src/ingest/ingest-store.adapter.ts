import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  type BatchId,
  type IngestCounts,
  type IngestStore,
  type KeyOutcome,
  type KeyedMessage,
  type NormalisedMessage,
  type StoreOutcome,
  type StoreRequest,
} from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { appendOutbox } from '../outbox';
import { countEvents } from './count-events';
import { keepRefused } from './refused-store.adapter';

export const ingestStoreErrors = defineErrors({
  INGEST_STORE_REFUSED: {
    kind: 'invalid-input',
    message: (d) => `PostgreSQL cannot hold a value of the batch (SQLSTATE ${String(d['state'])})`,
  },
});

const DAY_MS = 86_400_000;

/**
 * Id of an event: a digest of workspace, source and message id, so that what is ordered by event id does not depend on
 * arrival. Formed as a UUID of version 8.
 */
function eventIdOf(request: StoreRequest, messageId: string): string {
  const digest = createHash('sha256').update(`${request.workspaceId}\n${request.sourceId}\n${messageId}`).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Sorted, so that two transactions with the same ids wait for each other instead of deadlocking. */
function firstOfEach(messages: readonly KeyedMessage[]): KeyedMessage[] {
  const first = new Map<string, KeyedMessage>();
  for (const keyed of messages) {
    if (!first.has(keyed.message.messageId)) first.set(keyed.message.messageId, keyed);
  }
  return [...first.values()].sort((a, b) => (a.message.messageId < b.message.messageId ? -1 : 1));
}

/** Takes the ids that are free; answers the event id of each id taken now. */
async function claimKeys(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  unique: readonly KeyedMessage[],
): Promise<Map<string, string>> {
  const rows = unique.map(({ message, bodyHash }) => ({
    message_id: message.messageId,
    event_id: eventIdOf(request, message.messageId),
    body_hash: bodyHash,
  }));
  const now = new Date(request.receivedAt);
  const expiresAt = new Date(request.receivedAt + request.dedupeDays * DAY_MS);
  // An id whose days are over comes back as a new event, with an id of its own.
  const taken = await sql<{ message_id: string; event_id: string }>`
    insert into event_key as k (workspace_id, source_id, message_id, event_id, body_hash, expires_at)
    select ${request.workspaceId}::uuid, ${request.sourceId}::uuid, m.message_id, m.event_id,
      decode(m.body_hash, 'hex'), ${expiresAt}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::json) as m (message_id text, event_id uuid, body_hash text)
    on conflict (workspace_id, source_id, message_id) do update
      set event_id = md5(k.event_id::text || excluded.expires_at::text)::uuid,
        body_hash = excluded.body_hash, expires_at = excluded.expires_at
      where k.expires_at <= ${now}::timestamptz
    returning message_id, event_id`.execute(tx);
  return new Map(taken.rows.map((row) => [row.message_id, row.event_id]));
}

/** Digests of the bodies that the other ids were stored with. */
async function knownBodies(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  messageIds: readonly string[],
): Promise<Map<string, string>> {
  if (messageIds.length === 0) return new Map();
  const known = await tx
    .selectFrom('event_key')
    .select(['message_id', sql<string>`encode(body_hash, 'hex')`.as('body_hash')])
    .where('workspace_id', '=', request.workspaceId)
    .where('source_id', '=', request.sourceId)
    .where('message_id', '=', sql<string>`any(${[...messageIds]}::text[])`)
    .execute();
  return new Map(known.map((row) => [row.message_id, row.body_hash]));
}

async function insertEvents(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  target: { readonly batchId: BatchId; readonly fresh: readonly (readonly [eventId: string, keyed: KeyedMessage])[] },
): Promise<void> {
  const { fresh } = target;
  const column = <T>(value: (message: NormalisedMessage) => T): T[] => fresh.map(([, { message }]) => value(message));
  // Arrays, one a column: half the time of a JSON recordset for rows this wide.
  await sql`
    insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, anonymous_id,
      previous_id, group_id, ts, original_ts, sent_at, properties, traits, context, flags, row_weight)
    select ${request.workspaceId}::uuid, m.id, ${new Date(request.receivedAt)}::timestamptz, ${target.batchId}::uuid,
      ${request.sourceId}::uuid, m.message_id, m.type, m.name, m.user_id, m.anonymous_id, m.previous_id, m.group_id,
      'epoch'::timestamptz + m.ts * interval '1 millisecond',
      'epoch'::timestamptz + m.original_ts * interval '1 millisecond',
      'epoch'::timestamptz + m.sent_at * interval '1 millisecond',
      m.properties, m.traits, m.context, m.flags::text[], m.row_weight
    from unnest(
      ${fresh.map(([id]) => id)}::uuid[],
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
    ) as m (id, message_id, type, name, user_id, anonymous_id, previous_id, group_id, ts, original_ts, sent_at,
      properties, traits, context, flags, row_weight)`.execute(tx);
}

/** What became of each message, in the order they were given. */
function judge(request: StoreRequest, unique: ReadonlySet<KeyedMessage>, taken: ReadonlyMap<string, string>) {
  return (bodies: ReadonlyMap<string, string>): KeyOutcome[] =>
    request.messages.map((keyed) => {
      const { messageId } = keyed.message;
      if (unique.has(keyed) && taken.has(messageId)) return 'stored';
      return bodies.get(messageId) === keyed.bodyHash ? 'duplicate' : 'duplicate_conflict';
    });
}

function countsOf(request: StoreRequest, outcomes: readonly KeyOutcome[]): IngestCounts {
  const weight = (outcome: KeyOutcome): number =>
    request.messages.reduce((sum, { message }, i) => (outcomes[i] === outcome ? sum + message.rowWeight : sum), 0);
  const duplicateConflict = weight('duplicate_conflict');
  const parts = { stored: weight('stored'), duplicate: weight('duplicate') + duplicateConflict, ...request.refused };
  const received = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { received, ...parts, duplicateConflict };
}

/** The last statement before the commit: all calls of a source in one minute meet on this row. */
async function addToLedger(tx: WorkspaceTransaction, request: StoreRequest, counts: IngestCounts): Promise<void> {
  if (counts.received === 0) return;
  const { received, stored, duplicate, rejected, suppressed, quarantined } = counts;
  await sql`
    insert into ledger_minute as l
      (workspace_id, source_id, minute, received, stored, duplicate, rejected, suppressed, quarantined)
    values (${request.workspaceId}::uuid, ${request.sourceId}::uuid,
      date_trunc('minute', ${new Date(request.receivedAt)}::timestamptz),
      ${received}, ${stored}, ${duplicate}, ${rejected}, ${suppressed}, ${quarantined})
    on conflict (workspace_id, source_id, minute) do update set
      received = l.received + excluded.received, stored = l.stored + excluded.stored,
      duplicate = l.duplicate + excluded.duplicate, rejected = l.rejected + excluded.rejected,
      suppressed = l.suppressed + excluded.suppressed, quarantined = l.quarantined + excluded.quarantined`.execute(tx);
}

async function storeFresh(
  tx: WorkspaceTransaction,
  request: StoreRequest,
  fresh: readonly (readonly [eventId: string, keyed: KeyedMessage])[],
): Promise<BatchId | null> {
  if (fresh.length === 0) return null;
  const { workspaceId } = request;
  const batchId = batchIdSchema.parse(randomUUID());
  await tx
    .insertInto('batch')
    .values({ workspace_id: workspaceId, id: batchId, kind: 'events', row_count: fresh.length })
    .execute();
  await insertEvents(tx, request, { batchId, fresh });
  await appendOutbox(tx, 'EventsStored', { workspaceId, batchId });
  return batchId;
}

async function storeIn(tx: WorkspaceTransaction, request: StoreRequest): Promise<StoreOutcome> {
  if (request.run) await holdFence(tx, request.run.fence);
  const unique = firstOfEach(request.messages);
  const taken = unique.length === 0 ? new Map<string, string>() : await claimKeys(tx, request, unique);
  const repeated = request.messages.length > taken.size;
  const bodies = repeated
    ? await knownBodies(tx, request, [...new Set(request.messages.map(({ message }) => message.messageId))])
    : new Map<string, string>();
  const outcomes = judge(request, new Set(unique), taken)(bodies);
  const fresh = unique.flatMap((keyed) => {
    const eventId = taken.get(keyed.message.messageId);
    return eventId === undefined ? [] : [[eventId, keyed] as const];
  });
  const batchId = await storeFresh(tx, request, fresh);
  await keepRefused(tx, request);
  const counts = countsOf(request, outcomes);
  if (request.run) {
    const { fence, checkpoint } = request.run;
    await tx
      .updateTable('run')
      .set({ checkpoint: JSON.stringify(checkpoint(counts)), starts: 0 })
      .where('workspace_id', '=', fence.workspaceId)
      .where('id', '=', fence.runId)
      .execute();
  }
  await countEvents(tx, request, outcomes);
  await addToLedger(tx, request, counts);
  return { batchId, outcomes, counts };
}

const stateOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

/** The ingest store in PostgreSQL. See the port for what a caller may rely on. */
export function ingestStore(database: Database): IngestStore {
  return {
    async store(request) {
      try {
        return await database.inWorkspace(request.workspaceId, (tx) => storeIn(tx, request));
      } catch (cause) {
        // Class 22: a value that the column's type cannot hold. All else is not the batch's fault.
        const state = stateOf(cause);
        if (/^22[0-9A-Z]{3}$/.test(state)) throw ingestStoreErrors.INGEST_STORE_REFUSED({ state }, { cause });
        throw cause;
      }
    },
  };
}
