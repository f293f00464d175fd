import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { LONGEST_DAYS, daysLeftOut, keptUntil } from './dedupe-days';
import { entryKey, eventIdOf, type GroupEntry } from './group-entries';

/** What became of the keys of a group. */
export interface ClaimedKeys {
  /** Event ids of the keys that were taken now. */
  readonly taken: ReadonlyMap<string, string>;
  /** Digests of the bodies that stand under each key now, where a key was not free. */
  readonly bodies: ReadonlyMap<string, string>;
}

interface KnownKey {
  readonly source_id: string;
  readonly message_id: string;
  readonly body_hash: string;
  readonly is_over: boolean;
}

const expiryOf = ({ request }: GroupEntry): number => keptUntil(request);

const usualDays = ([first]: readonly GroupEntry[]): number => first?.request.dedupeDays ?? LONGEST_DAYS;

/** Takes the keys that are free. Event ids of those taken; null: all of them. */
async function takeFree(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  unique: readonly (readonly [entry: GroupEntry, eventId: string])[],
): Promise<ReadonlySet<string> | null> {
  // One row comes back where nothing is repeated, which is nearly always.
  const answer = await sql<{ ids: readonly string[] | null }>`
    with taken as (
      insert into event_key (workspace_id, source_id, message_id, event_id, body_hash, expires_at)
      select ${workspaceId}::uuid, m.source_id, m.message_id, m.event_id, decode(m.body_hash, 'hex'),
        'epoch'::timestamptz + m.expires_at * interval '1 millisecond'
      from unnest(
        ${unique.map(([entry]) => entry.request.sourceId)}::uuid[],
        ${unique.map(([entry]) => entry.message.messageId)}::text[],
        ${unique.map(([, eventId]) => eventId)}::uuid[],
        ${unique.map(([entry]) => entry.bodyHash)}::text[],
        ${unique.map(([entry]) => expiryOf(entry))}::float8[]
      ) as m (source_id, message_id, event_id, body_hash, expires_at)
      on conflict (workspace_id, source_id, message_id) do nothing
      returning event_id
    )
    select case when count(*) < ${unique.length} then coalesce(array_agg(event_id::text), '{}') end as ids
    from taken`.execute(tx);
  const ids = answer.rows[0]?.ids ?? null;
  return ids && new Set(ids);
}

/** What stands under keys that were not free, and whether their days are over. */
async function lookUp(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  repeated: readonly GroupEntry[],
): Promise<readonly KnownKey[]> {
  const known = await sql<KnownKey>`
    select k.source_id, k.message_id, encode(k.body_hash, 'hex') as body_hash,
      k.expires_at - ${daysLeftOut(workspaceId, usualDays(repeated))} <=
        'epoch'::timestamptz + m.received_at * interval '1 millisecond' as is_over
    from event_key k
    join unnest(
      ${repeated.map((entry) => entry.request.sourceId)}::uuid[],
      ${repeated.map((entry) => entry.message.messageId)}::text[],
      ${repeated.map((entry) => entry.request.receivedAt)}::float8[]
    ) as m (source_id, message_id, received_at) using (source_id, message_id)
    where k.workspace_id = ${workspaceId}::uuid`.execute(tx);
  return known.rows;
}

/** Takes keys whose days are over: the event is a new one, with an id of its own. */
async function takeOver(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  over: readonly GroupEntry[],
): Promise<readonly (readonly [key: string, eventId: string])[]> {
  const taken = await sql<{ source_id: string; message_id: string; event_id: string }>`
    update event_key k
    set event_id = md5(k.event_id::text || m.expires_at::text)::uuid, body_hash = decode(m.body_hash, 'hex'),
      expires_at = 'epoch'::timestamptz + m.expires_at * interval '1 millisecond'
    from unnest(
      ${over.map((entry) => entry.request.sourceId)}::uuid[],
      ${over.map((entry) => entry.message.messageId)}::text[],
      ${over.map((entry) => entry.bodyHash)}::text[],
      ${over.map(expiryOf)}::float8[],
      ${over.map((entry) => entry.request.receivedAt)}::float8[]
    ) as m (source_id, message_id, body_hash, expires_at, received_at)
    where k.workspace_id = ${workspaceId}::uuid and k.source_id = m.source_id and k.message_id = m.message_id
      -- Of two who come at the same time the second finds it taken.
      and k.expires_at - ${daysLeftOut(workspaceId, usualDays(over))} <=
        'epoch'::timestamptz + m.received_at * interval '1 millisecond'
    returning k.source_id, k.message_id, k.event_id`.execute(tx);
  return taken.rows.map((row) => [entryKey(row.source_id, row.message_id), row.event_id]);
}

/**
 * Takes the keys that are free or whose days are over, and says what stands under the others. All entries have the same
 * `dedupeDays`.
 *
 * Shape   unique: one entry a key, sorted by key, so that two transactions with the same keys never deadlock
 * Cost    one statement; two where a key is repeated, three where its days are over
 */
export async function claimKeys(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  unique: readonly GroupEntry[],
): Promise<ClaimedKeys> {
  if (unique.length === 0) return { taken: new Map(), bodies: new Map() };
  const named = unique.map((entry) => [entry, eventIdOf(entry)] as const);
  const free = await takeFree(tx, workspaceId, named);
  const fresh = free === null ? named : named.filter(([, eventId]) => free.has(eventId));
  const taken = new Map(fresh.map(([entry, eventId]) => [entry.key, eventId]));
  const bodies = new Map(fresh.map(([entry]) => [entry.key, entry.bodyHash]));
  const repeated = unique.filter((entry) => !taken.has(entry.key));
  if (repeated.length === 0) return { taken, bodies };
  const known = await lookUp(tx, workspaceId, repeated);
  for (const row of known) bodies.set(entryKey(row.source_id, row.message_id), row.body_hash);
  const isOver = new Set(known.flatMap((row) => (row.is_over ? [entryKey(row.source_id, row.message_id)] : [])));
  const over = repeated.filter((entry) => isOver.has(entry.key));
  for (const [key, eventId] of over.length > 0 ? await takeOver(tx, workspaceId, over) : []) taken.set(key, eventId);
  for (const entry of over) if (taken.has(entry.key)) bodies.set(entry.key, entry.bodyHash);
  // Swept between the two statements: free now.
  const gone = repeated.filter((entry) => !bodies.has(entry.key));
  if (gone.length === 0) return { taken, bodies };
  const again = await claimKeys(tx, workspaceId, gone);
  return { taken: new Map([...taken, ...again.taken]), bodies: new Map([...bodies, ...again.bodies]) };
}
