import { sql } from 'kysely';
import type { ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/**
 * Of these people those who have not consented to every one of the purposes, and those who are suppressed whatever the
 * purposes. What `isConsentGiven` of privacy-domain says of all their identifiers, as one statement; its tests hold both
 * together.
 */
export async function refusedPeople(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  asked: { readonly profileIds: readonly ProfileId[]; readonly purposes: readonly string[] },
): Promise<ReadonlySet<ProfileId>> {
  const { profileIds, purposes } = asked;
  if (profileIds.length === 0) return new Set();
  const suppressed = sql`exists (select 1 from profile p where p.workspace_id = ${workspaceId}::uuid
    and p.id = w.profile_id and p.suppressed_at is not null)`;
  const wanted = sql`unnest(${[...profileIds]}::uuid[]) as w (profile_id)`;
  if (purposes.length === 0) {
    const found = await sql<{ id: ProfileId }>`select w.profile_id as id from ${wanted} where ${suppressed}`.execute(
      tx,
    );
    return new Set(found.rows.map(({ id }) => id));
  }
  const found = await sql<{ id: ProfileId }>`
    with said as (
      select i.profile_id, c.purpose,
        max(c.at) filter (where c.state = 'granted') as granted_at,
        max(c.at) filter (where c.state = 'granted' and c.kind = 'explicit') as explicit_at,
        max(c.at) filter (where c.state <> 'granted') as refused_at,
        max(c.at) filter (where c.state <> 'granted' and c.kind = 'gpc') as gpc_at
      from identifier i
      join consent_event c on c.workspace_id = i.workspace_id and c.subject_type = i.type and c.subject_value = i.value
        and c.purpose = any(${[...purposes]}::text[])
      where i.workspace_id = ${workspaceId}::uuid and i.profile_id = any(${[...profileIds]}::uuid[])
      group by i.profile_id, c.purpose
    ), given as (
      select profile_id, count(*) as purposes from said
      where granted_at is not null and (refused_at is null or granted_at > refused_at)
        and (gpc_at is null or explicit_at > gpc_at)
      group by profile_id
    )
    select w.profile_id as id from ${wanted} left join given g on g.profile_id = w.profile_id
    where coalesce(g.purposes, 0) < ${new Set(purposes).size}::int or ${suppressed}`.execute(tx);
  return new Set(found.rows.map(({ id }) => id));
}
