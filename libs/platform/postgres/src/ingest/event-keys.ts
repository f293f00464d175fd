import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { binaryRows } from './binary-rows';
import { LONGEST_DAYS, daysLeftOut, keptUntil } from './dedupe-days';
import { EntryMap, eventIdOf, type GroupEntry } from './group-entries';

/** An entry and the id of its event. */
export type NamedEntry = readonly [eventId: string, entry: GroupEntry];

/** What became of the keys of a group. */
export interface ClaimedKeys {
  /** The entries whose keys were taken now, in the order given, with the ids of their events. */
  readonly taken: readonly NamedEntry[];
  /** Of the others the digests of the bodies that stand under their keys. */
  readonly bodies: ReadonlyMap<GroupEntry, string>;
}

interface KnownKey {
  readonly source_id: string;
  readonly message_id: string;
  readonly body_hash: string;
  readonly is_over: boolean;
}

const keyOf = ({ request, keyed }: GroupEntry) => [request.sourceId, keyed.message.messageId] as const;
const expiryOf = ({ request }: GroupEntry): number => keptUntil(request);

const usualDays = ([first]: readonly GroupEntry[]): number => first?.request.dedupeDays ?? LONGEST_DAYS;

/** What became of keys that were asked for. */
interface FreeKeys {
  /** Event ids of those taken; null: all of them. */
  readonly ids: ReadonlySet<string> | null;
  /** Nothing was taken, for the workspace has a suppression list. */
  readonly isListed: boolean;
}

/** Takes the keys that are free. `unlessListed`: none where the workspace has a suppression list. */
async function takeFree(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { unique, unlessListed }: { readonly unique: readonly NamedEntry[]; readonly unlessListed: boolean },
): Promise<FreeKeys> {
  const rows = binaryRows(unique, [
    ['message_id', 'text', ([, { keyed }]) => keyed.message.messageId],
    ['source_id', 'uuid', ([, { request }]) => request.sourceId],
    ['event_id', 'uuid', ([eventId]) => eventId],
    ['body_hash', 'bytea', ([, { keyed }]) => keyed.bodyHash],
    ['expires_at', 'timestamptz', ([, entry]) => expiryOf(entry)],
  ]);
  const list = sql`list as materialized (
      select exists (select 1 from suppression where workspace_id = ${workspaceId}::uuid) as is_there
    ), `;
  const [looking, allowed, seen] = unlessListed
    ? [list, sql`where not (select is_there from list)`, sql`(select is_there from list)`]
    : [sql``, sql``, sql`false`];
  // One row comes back where nothing is repeated, which is nearly always.
  const answer = await sql<{ ids: readonly string[] | null; is_listed: boolean }>`
    with ${looking} taken as (
      insert into event_key (workspace_id, source_id, message_id, event_id, body_hash, expires_at)
      select ${workspaceId}::uuid, ${rows.of('source_id')}, ${rows.of('message_id')}, ${rows.of('event_id')},
        ${rows.of('body_hash')}, ${rows.of('expires_at')}
      from ${rows.from} ${allowed}
      on conflict (workspace_id, source_id, message_id) do nothing
      returning event_id
    )
    select case when count(*) < ${unique.length} then coalesce(array_agg(event_id::text), '{}') end as ids,
      ${seen} as is_listed
    from taken`.execute(tx);
  const { ids = null, is_listed: found = false } = answer.rows[0] ?? {};
  return { ids: ids && new Set(ids), isListed: found };
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
      ${repeated.map((entry) => entry.keyed.message.messageId)}::text[],
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
): Promise<EntryMap<string>> {
  const taken = await sql<{ source_id: string; message_id: string; event_id: string }>`
    update event_key k
    set event_id = md5(k.event_id::text || m.expires_at::text)::uuid, body_hash = decode(m.body_hash, 'hex'),
      expires_at = 'epoch'::timestamptz + m.expires_at * interval '1 millisecond'
    from unnest(
      ${over.map((entry) => entry.request.sourceId)}::uuid[],
      ${over.map((entry) => entry.keyed.message.messageId)}::text[],
      ${over.map((entry) => entry.keyed.bodyHash)}::text[],
      ${over.map(expiryOf)}::float8[],
      ${over.map((entry) => entry.request.receivedAt)}::float8[]
    ) as m (source_id, message_id, body_hash, expires_at, received_at)
    where k.workspace_id = ${workspaceId}::uuid and k.source_id = m.source_id and k.message_id = m.message_id
      -- Of two who come at the same time the second finds it taken.
      and k.expires_at - ${daysLeftOut(workspaceId, usualDays(over))} <=
        'epoch'::timestamptz + m.received_at * interval '1 millisecond'
    returning k.source_id, k.message_id, k.event_id`.execute(tx);
  const ids = new EntryMap<string>();
  for (const row of taken.rows) ids.set(row.source_id, row.message_id, row.event_id);
  return ids;
}

/** The same for keys that were not free. */
async function claimRepeated(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  repeated: readonly GroupEntry[],
): Promise<ClaimedKeys> {
  const rows = new EntryMap<KnownKey>();
  for (const row of await lookUp(tx, workspaceId, repeated)) rows.set(row.source_id, row.message_id, row);
  const known = repeated.map((entry) => [entry, rows.get(...keyOf(entry))] as const);
  const over = known.flatMap(([entry, row]) => (row?.is_over ? [entry] : []));
  const ids = over.length > 0 ? await takeOver(tx, workspaceId, over) : new EntryMap<string>();
  const taken: NamedEntry[] = [];
  const bodies = new Map<GroupEntry, string>();
  const gone: GroupEntry[] = [];
  for (const [entry, row] of known) {
    const eventId = ids.get(...keyOf(entry));
    if (eventId !== undefined) taken.push([eventId, entry]);
    else if (row) bodies.set(entry, row.body_hash);
    else gone.push(entry);
  }
  // Swept between the two statements: free now.
  const again = await claimKeys(tx, workspaceId, gone);
  return { taken: [...taken, ...again.taken], bodies: new Map([...bodies, ...again.bodies]) };
}

async function claim(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { unique, unlessListed }: { readonly unique: readonly GroupEntry[]; readonly unlessListed: boolean },
): Promise<ClaimedKeys | null> {
  if (unique.length === 0) return { taken: [], bodies: new Map() };
  const named = unique.map((entry): NamedEntry => [eventIdOf(entry), entry]);
  const { ids: free, isListed } = await takeFree(tx, workspaceId, { unique: named, unlessListed });
  if (isListed) return null;
  if (free === null) return { taken: named, bodies: new Map() };
  const repeated = named.flatMap(([eventId, entry]) => (free.has(eventId) ? [] : [entry]));
  const found = await claimRepeated(tx, workspaceId, repeated);
  const ids = new Map(found.taken.map(([eventId, entry]) => [entry, eventId]));
  const taken = named.flatMap(([eventId, entry]): NamedEntry[] => {
    const id = free.has(eventId) ? eventId : ids.get(entry);
    return id === undefined ? [] : [[id, entry]];
  });
  return { taken, bodies: found.bodies };
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
  const claimed = await claim(tx, workspaceId, { unique, unlessListed: false });
  return claimed ?? { taken: [], bodies: new Map() };
}

/** The same where the workspace has no suppression list, which the same statement looks for; null: it has one. */
export function claimUnlisted(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  unique: readonly GroupEntry[],
): Promise<ClaimedKeys | null> {
  return claim(tx, workspaceId, { unique, unlessListed: true });
}
