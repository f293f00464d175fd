import { sql } from 'kysely';
import { z } from 'zod';
import type {
  Fence,
  GoneRecord,
  JsonObject,
  KnownRecord,
  RunId,
  SourceConnectionId,
  SourceCursor,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

interface Place {
  readonly workspaceId: WorkspaceId;
  readonly id: SourceConnectionId;
}

/** Remembers what a page brought, or that records are gone, in the transaction that stores their messages. */
export async function keepRecords(tx: WorkspaceTransaction, fence: Fence, cursor: SourceCursor): Promise<void> {
  const { seen = [], gone = [] } = cursor.records ?? {};
  const place = sql`${fence.workspaceId}::uuid, ${cursor.connectionId}::uuid`;
  if (seen.length > 0) {
    await sql`
      insert into source_record as r (workspace_id, connection_id, key, content, version, message_id, seen_run)
      select ${place}, decode(s.key, 'hex'), s.content, s.version, s.message_id, ${fence.runId}::uuid
      from unnest(${seen.map(({ key }) => key)}::text[], ${seen.map(({ content }) => content)}::text[],
        ${seen.map(({ version }) => version)}::int[], ${seen.map(({ messageId }) => messageId)}::text[]
      ) as s (key, content, version, message_id)
      on conflict (workspace_id, connection_id, key) do update set content = excluded.content,
        version = excluded.version, message_id = coalesce(excluded.message_id, r.message_id),
        seen_run = excluded.seen_run, is_gone = false`.execute(tx);
  }
  if (gone.length > 0) {
    await sql`
      update source_record set is_gone = true
      where (workspace_id, connection_id) = (${place})
        and key = any (select decode(g, 'hex') from unnest(${[...gone]}::text[]) g)`.execute(tx);
  }
}

/** What is known of records, by the digests of their keys. */
export async function recordsOf(
  tx: WorkspaceTransaction,
  { workspaceId, id }: Place,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KnownRecord>> {
  const { rows } = await sql<{ key: string; content: string; version: number; is_gone: boolean }>`
    select encode(r.key, 'hex') as key, r.content, r.version, r.is_gone
    from unnest(${[...keys]}::text[]) k (key)
    join source_record r on r.workspace_id = ${workspaceId}::uuid and r.connection_id = ${id}::uuid
      and r.key = decode(k.key, 'hex')`.execute(tx);
  return new Map(rows.map(({ key, content, version, is_gone: isGone }) => [key, { content, version, isGone }]));
}

interface GoneRow {
  readonly key: string;
  readonly message_id: string | null;
  readonly user_id: string | null;
  readonly anonymous_id: string | null;
  readonly properties: unknown;
}

/** Records that a run has not seen, in the order of their digests, with what is held of their last messages. */
export async function unseenRecords(
  tx: WorkspaceTransaction,
  { workspaceId, id, runId, limit }: Place & { readonly runId: RunId; readonly limit: number },
): Promise<{ known: number; unseen: number; records: readonly GoneRecord[] }> {
  const ours = sql`r.workspace_id = ${workspaceId}::uuid and r.connection_id = ${id}::uuid and not r.is_gone`;
  const counted = await sql<{ known: number; unseen: number }>`
    select count(*)::int as known, count(*) filter (where r.seen_run <> ${runId}::uuid)::int as unseen
    from source_record r where ${ours}`.execute(tx);
  const { rows } = await sql<GoneRow>`
    select encode(r.key, 'hex') as key, r.message_id, e.user_id, e.anonymous_id, e.properties
    from (select * from source_record r where ${ours} and r.seen_run <> ${runId}::uuid order by r.key limit ${limit}) r
    join source_connection c on c.workspace_id = r.workspace_id and c.id = r.connection_id
    left join event_key k on k.workspace_id = r.workspace_id and k.source_id = c.source_id
      and k.message_id = r.message_id
    left join event e on e.workspace_id = r.workspace_id and e.id = k.event_id
    order by r.key`.execute(tx);
  const records = rows.map((row) => ({
    key: row.key,
    messageId: row.message_id,
    userId: row.user_id,
    anonymousId: row.anonymous_id,
    properties: jsonObject.parse(row.properties ?? {}),
  }));
  return { known: counted.rows[0]?.known ?? 0, unseen: counted.rows[0]?.unseen ?? 0, records };
}
