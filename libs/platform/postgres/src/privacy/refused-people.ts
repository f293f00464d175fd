import { sql } from 'kysely';
import type { ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { givenConsentRows } from './given-consents';

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
    with given as (
      select profile_id, count(*) as purposes from (${givenConsentRows({ workspaceId, profileIds, purposes })}) rows
      group by profile_id)
    select w.profile_id as id from ${wanted} left join given g on g.profile_id = w.profile_id
    where coalesce(g.purposes, 0) < ${new Set(purposes).size}::int or ${suppressed}`.execute(tx);
  return new Set(found.rows.map(({ id }) => id));
}
