import { sql } from 'kysely';
import type {
  ClosureProfile,
  EventId,
  IdentityStanding,
  KnownIdentifier,
  ProfileId,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { canonicalType, linkColumns, linkOfRow, millis, type LinkRow } from './identity-rows';

/** Where everybody stands. Read while no decision is made. */
export async function readStanding(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<IdentityStanding> {
  const identifiers = await sql<KnownIdentifier>`
    select type, value, profile_id as "profileId", ${millis('first_seen_at')} as "firstSeenAt"
    from identifier where workspace_id = ${workspaceId}::uuid`.execute(tx);
  const profiles = await sql<ClosureProfile>`
    select p.id, p.canonical_id as "canonicalId", p.merged_into as "mergedInto",
      ${canonicalType} as "canonicalType",
      ${millis('p.first_seen_at')} as "firstSeenAt", ${millis('p.last_seen_at')} as "lastSeenAt"
    from profile p where p.workspace_id = ${workspaceId}::uuid and p.kind = 'person' order by p.id`.execute(tx);
  const links = await sql<LinkRow>`
    select ${linkColumns} from identity_link where workspace_id = ${workspaceId}::uuid`.execute(tx);
  return { identifiers: identifiers.rows, profiles: profiles.rows, links: links.rows.map(linkOfRow) };
}

/** How many people there are. */
export async function countLive(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<number> {
  const found = await sql<{ n: number }>`
    select count(*)::int as n from profile
    where workspace_id = ${workspaceId}::uuid and merged_into is null and kind = 'person'`.execute(tx);
  return found.rows[0]?.n ?? 0;
}

/** What came since a transaction. */
export interface Since {
  readonly workspaceId: WorkspaceId;
  readonly xid: string;
}

/** Events that were stored, and events that began or ceased to count for somebody. */
export async function changedEvents(
  tx: WorkspaceTransaction,
  { workspaceId, xid }: Since,
): Promise<{ readonly stored: readonly EventId[]; readonly assigned: readonly EventId[] }> {
  const stored = await sql<{ id: EventId }>`
    select e.id from batch b join event e on e.workspace_id = b.workspace_id and e.batch_id = b.id
    where b.workspace_id = ${workspaceId}::uuid and b.xid >= ${xid}::xid8`.execute(tx);
  const assigned = await sql<{ id: EventId }>`
    select distinct event_id as id from event_assignment
    where workspace_id = ${workspaceId}::uuid and xid >= ${xid}::xid8`.execute(tx);
  return { stored: stored.rows.map(({ id }) => id), assigned: assigned.rows.map(({ id }) => id) };
}

/** Profiles that gained or lost events. */
export async function changedProfiles(
  tx: WorkspaceTransaction,
  { workspaceId, xid }: Since,
): Promise<readonly ProfileId[]> {
  const found = await sql<{ id: ProfileId }>`
    select distinct profile_id as id from event_assignment
    where workspace_id = ${workspaceId}::uuid and xid >= ${xid}::xid8`.execute(tx);
  return found.rows.map(({ id }) => id);
}

/** The events that count for these profiles. */
export async function liveEvents(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profiles: readonly ProfileId[],
): Promise<readonly EventId[]> {
  if (profiles.length === 0) return [];
  const found = await sql<{ id: EventId }>`
    select event_id as id from event_assignment
    where workspace_id = ${workspaceId}::uuid and profile_id = any(${profiles}::uuid[])
    group by event_id, profile_id having sum(sign) > 0`.execute(tx);
  return found.rows.map(({ id }) => id);
}
