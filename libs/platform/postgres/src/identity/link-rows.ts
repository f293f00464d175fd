import { sql } from 'kysely';
import type { Identifier, IdentityLink, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { epoch, identifierHash } from './identity-rows';

const rowsOf = (links: readonly IdentityLink[]): string =>
  JSON.stringify(
    links.map(({ a, b, at, messageId, eventId, cause, state, reason }) => ({
      a_type: a.type,
      a_value: a.value,
      b_type: b.type,
      b_value: b.value,
      at,
      message_id: messageId,
      event_id: eventId,
      cause,
      state,
      reason,
    })),
  );

const columns = sql.raw(`as r (a_type text, a_value text, b_type text, b_value text, at float8, message_id text,
  event_id uuid, cause text, state text, reason text)`);
const fresh = (workspaceId: WorkspaceId, links: readonly IdentityLink[]) => sql`
  insert into identity_link as l
    (workspace_id, a_key, b_key, a_type, a_value, b_type, b_value, said_at, message_id, event_id, cause, state, reason)
  select ${workspaceId}::uuid, identifier_key(r.a_type, r.a_value), identifier_key(r.b_type, r.b_value), r.a_type, r.a_value,
    r.b_type, r.b_value, ${epoch('r.at')}, r.message_id, r.event_id, r.cause, r.state, r.reason
  from json_to_recordset(${rowsOf(links)}::json) ${columns}
  order by 2, 3`;

/** Adds what events say. A link that is known keeps its state, and the earlier of its two times. */
export async function addLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  links: readonly IdentityLink[],
): Promise<void> {
  if (links.length === 0) return;
  await sql`${fresh(workspaceId, links)}
    on conflict (workspace_id, a_key, b_key) do update
    set said_at = excluded.said_at, message_id = excluded.message_id, event_id = excluded.event_id
    where l.event_id is null or (excluded.said_at, excluded.message_id collate "C", excluded.event_id)
      < (l.said_at, l.message_id collate "C", l.event_id)`.execute(tx);
}

/** Writes links as they stand now. */
export async function putLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  links: readonly IdentityLink[],
): Promise<void> {
  if (links.length === 0) return;
  await sql`${fresh(workspaceId, links)}
    on conflict (workspace_id, a_key, b_key) do update
    set said_at = excluded.said_at, message_id = excluded.message_id, event_id = excluded.event_id,
      cause = excluded.cause, state = excluded.state, reason = excluded.reason`.execute(tx);
}

/** Removes links that nothing speaks of any more. */
export async function removeLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  links: readonly IdentityLink[],
): Promise<void> {
  await sql`
    delete from identity_link l using json_to_recordset(${rowsOf(links)}::json) ${columns}
    where l.workspace_id = ${workspaceId}::uuid and l.a_key = identifier_key(r.a_type, r.a_value)
      and l.b_key = identifier_key(r.b_type, r.b_value)`.execute(tx);
}

/** Whether a link that is not applied touches these identifiers, or any other of the profiles that own them. */
export async function hasOpenLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  wanted: readonly Identifier[],
): Promise<boolean> {
  // Most workspaces have none at all: then no key is made.
  const any = await sql<{ open: boolean }>`
    select exists (
      select 1 from identity_link where workspace_id = ${workspaceId}::uuid and state <> 'applied') as open`.execute(
    tx,
  );
  if (any.rows[0]?.open !== true) return false;
  const found = await sql<{ open: boolean }>`
    with wanted as materialized (
      select w.type, w.value from json_to_recordset(${JSON.stringify(wanted)}::json) as w (type text, value text)
    ), owners as (
      select distinct i.profile_id from wanted w
      join identifier i on i.workspace_id = ${workspaceId}::uuid and i.type = w.type and i.value = w.value
    ), keys as materialized (
      select identifier_key(type, value) as key from wanted
      union
      select identifier_key(i.type, i.value) from owners o
      join identifier i on i.workspace_id = ${workspaceId}::uuid and i.profile_id = o.profile_id)
    select exists (
      select 1 from identity_link l
      where l.workspace_id = ${workspaceId}::uuid and l.state <> 'applied'
        and (l.a_key in (select key from keys) or l.b_key in (select key from keys))) as open`.execute(tx);
  return found.rows[0]?.open === true;
}

/** Every link with one of these identifiers on either side. */
export const linksTouching = (workspaceId: WorkspaceId, identifiers: readonly Identifier[]) => sql`
  (select l.* from identity_link l
   where l.workspace_id = ${workspaceId}::uuid and l.a_key in (select decode(k, 'hex') from unnest(${identifiers.map(identifierHash)}::text[]) k)
   union
   select l.* from identity_link l
   where l.workspace_id = ${workspaceId}::uuid and l.b_key in (select decode(k, 'hex') from unnest(${identifiers.map(identifierHash)}::text[]) k))`;
