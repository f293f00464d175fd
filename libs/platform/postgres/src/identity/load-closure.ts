import { sql } from 'kysely';
import type {
  ClosureProfile,
  Identifier,
  IdentityClosure,
  IdentityLink,
  KnownIdentifier,
  OwnedEvent,
  ProfileId,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import {
  canonicalType,
  eventColumns,
  eventOfRow,
  linkColumns,
  linkOfRow,
  millis,
  type EventRow,
  type LinkRow,
} from './identity-rows';
import { linksTouching } from './link-rows';

const keyOf = ({ type, value }: Identifier): string => `${type}\u0000${value}`;

/** The identifiers of everybody who owns one of these. */
async function holdingsOf(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  wanted: readonly Identifier[],
): Promise<readonly KnownIdentifier[]> {
  const found = await sql<KnownIdentifier>`
    select i.type, i.value, i.profile_id as "profileId", ${millis('i.first_seen_at')} as "firstSeenAt"
    from identifier i where i.workspace_id = ${workspaceId}::uuid and i.profile_id in (
      select o.profile_id from json_to_recordset(${JSON.stringify(wanted)}::json) as w (type text, value text)
      join identifier o on o.workspace_id = ${workspaceId}::uuid and o.type = w.type and o.value = w.value)`.execute(
    tx,
  );
  return found.rows;
}

async function readLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  identifiers: readonly Identifier[],
): Promise<readonly IdentityLink[]> {
  const found = await sql<LinkRow>`select ${linkColumns} from ${linksTouching(workspaceId, identifiers)} as l`.execute(
    tx,
  );
  return found.rows.map(linkOfRow);
}

/** Profiles, with those merged into them, taken in the order of their ids as evaluations take them. */
async function lockProfiles(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  ids: readonly ProfileId[],
): Promise<readonly ClosureProfile[]> {
  const found = await sql<ClosureProfile>`
    select p.id, p.canonical_id as "canonicalId", p.merged_into as "mergedInto",
      ${canonicalType} as "canonicalType",
      ${millis('p.first_seen_at')} as "firstSeenAt", ${millis('p.last_seen_at')} as "lastSeenAt"
    from profile p where p.workspace_id = ${workspaceId}::uuid
      and (p.id = any(${ids}::uuid[]) or p.merged_into = any(${ids}::uuid[]))
    order by p.id for no key update of p`.execute(tx);
  return found.rows;
}

/** Everybody whom a link of any state connects with these identifiers, whole; their profiles are locked. */
export async function loadClosure(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  wanted: readonly Identifier[],
): Promise<IdentityClosure> {
  const asked = new Set<string>();
  const identifiers = new Map<string, KnownIdentifier>();
  const links = new Map<string, IdentityLink>();
  for (let frontier = wanted; frontier.length > 0;) {
    const held = await holdingsOf(tx, workspaceId, frontier);
    for (const one of held) identifiers.set(keyOf(one), one);
    const near = [...frontier, ...held].filter((one) => !asked.has(keyOf(one)));
    for (const one of near) asked.add(keyOf(one));
    const found = await readLinks(tx, workspaceId, near);
    for (const link of found) links.set(`${keyOf(link.a)}\u0001${keyOf(link.b)}`, link);
    const ends = new Map(found.flatMap(({ a, b }) => [a, b]).map((one) => [keyOf(one), one]));
    frontier = [...ends].flatMap(([key, one]) => (asked.has(key) ? [] : [one]));
  }
  const owners = [...new Set([...identifiers.values()].map(({ profileId }) => profileId))];
  const profiles = await lockProfiles(tx, workspaceId, owners);
  return { profiles, identifiers: [...identifiers.values()], links: [...links.values()] };
}

/** The events that count for these profiles. */
export async function ownedEvents(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly profiles: readonly ProfileId[]; readonly withContext: boolean },
): Promise<readonly OwnedEvent[]> {
  if (of.profiles.length === 0) return [];
  const found = await sql<EventRow & { readonly profile_id: ProfileId }>`
    with live as materialized (
      select event_id, profile_id, min(received_at) as received_at from event_assignment
      where workspace_id = ${workspaceId}::uuid and profile_id = any(${of.profiles}::uuid[])
      group by event_id, profile_id having sum(sign) > 0)
    select ${eventColumns(of.withContext)}, live.profile_id
    from live join event e on e.workspace_id = ${workspaceId}::uuid and e.id = live.event_id
      and e.received_at = live.received_at`.execute(tx);
  return found.rows.map((row) => ({ ...eventOfRow(row), profileId: row.profile_id }));
}
