import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { entryKey, eventIdOf, type GroupEntry } from './group-entries';

const DAY_MS = 86_400_000;

/**
 * Takes the keys that are free or whose days are over; answers the event id of each key taken now. All entries have the
 * same `dedupeDays`.
 *
 * Shape   unique: one entry a key, sorted by key
 */
export async function claimKeys(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  unique: readonly GroupEntry[],
): Promise<Map<string, string>> {
  const [first] = unique;
  if (!first) return new Map();
  const { dedupeDays } = first.request;
  // An id whose days are over comes back as a new event, with an id of its own.
  const taken = await sql<{ source_id: string; message_id: string; event_id: string }>`
    insert into event_key as k (workspace_id, source_id, message_id, event_id, body_hash, expires_at)
    select ${workspaceId}::uuid, m.source_id, m.message_id, m.event_id, decode(m.body_hash, 'hex'),
      'epoch'::timestamptz + m.expires_at * interval '1 millisecond'
    from unnest(
      ${unique.map((entry) => entry.request.sourceId)}::uuid[],
      ${unique.map((entry) => entry.message.messageId)}::text[],
      ${unique.map(eventIdOf)}::uuid[],
      ${unique.map((entry) => entry.bodyHash)}::text[],
      ${unique.map((entry) => entry.request.receivedAt + dedupeDays * DAY_MS)}::float8[]
    ) as m (source_id, message_id, event_id, body_hash, expires_at)
    on conflict (workspace_id, source_id, message_id) do update
      set event_id = md5(k.event_id::text || excluded.expires_at::text)::uuid,
        body_hash = excluded.body_hash, expires_at = excluded.expires_at
      where k.expires_at <= excluded.expires_at - ${dedupeDays}::int * interval '1 day'
    returning source_id, message_id, event_id`.execute(tx);
  return new Map(taken.rows.map((row) => [entryKey(row.source_id, row.message_id), row.event_id]));
}

/** Digests of the bodies that stand under keys which were not free. */
export async function knownBodies(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  repeated: readonly GroupEntry[],
): Promise<Map<string, string>> {
  if (repeated.length === 0) return new Map();
  const known = await sql<{ source_id: string; message_id: string; body_hash: string }>`
    select k.source_id, k.message_id, encode(k.body_hash, 'hex') as body_hash
    from event_key k
    join unnest(
      ${repeated.map((entry) => entry.request.sourceId)}::uuid[],
      ${repeated.map((entry) => entry.message.messageId)}::text[]
    ) as m (source_id, message_id) using (source_id, message_id)
    where k.workspace_id = ${workspaceId}::uuid`.execute(tx);
  return new Map(known.rows.map((row) => [entryKey(row.source_id, row.message_id), row.body_hash]));
}
