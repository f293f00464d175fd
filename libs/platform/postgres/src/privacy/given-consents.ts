import { sql, type RawBuilder } from 'kysely';
import type { ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** A purpose to which a person has consented. */
export interface GivenConsent {
  readonly profileId: ProfileId;
  readonly purpose: string;
}

interface ConsentQuestion {
  readonly workspaceId: WorkspaceId;
  readonly profileIds: readonly ProfileId[];
  /** Null: all. */
  readonly purposes: readonly string[] | null;
}

/**
 * Rows (`profile_id`, `purpose`) where consent is given: what `isConsentGiven` of privacy-domain says of all identifiers
 * of a person, as a subquery.
 */
export function givenConsentRows({ workspaceId, profileIds, purposes }: ConsentQuestion): RawBuilder<unknown> {
  const asked = purposes === null ? sql`` : sql`and c.purpose = any(${[...purposes]}::text[])`;
  return sql`
    select profile_id, purpose from (
      select i.profile_id, c.purpose,
        max(c.at) filter (where c.state = 'granted') as granted_at,
        max(c.at) filter (where c.state = 'granted' and c.kind = 'explicit') as explicit_at,
        max(c.at) filter (where c.state <> 'granted') as refused_at,
        max(c.at) filter (where c.state <> 'granted' and c.kind = 'gpc') as gpc_at
      from identifier i
      join consent_event c on c.workspace_id = i.workspace_id and c.subject_type = i.type and c.subject_value = i.value ${asked}
      where i.workspace_id = ${workspaceId}::uuid and i.profile_id = any(${[...profileIds]}::uuid[])
      group by i.profile_id, c.purpose
    ) said
    where granted_at is not null and (refused_at is null or granted_at > refused_at)
      and (gpc_at is null or explicit_at > gpc_at)`;
}

/**
 * Adds to the log of `consent_given` what has turned of some people. To be called last in the transaction that moved
 * identifiers or recorded statements: of two such transactions the later one sees what the earlier did.
 */
export async function logGiven(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly ProfileId[],
): Promise<void> {
  if (profileIds.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`consents:${workspaceId}`}, 0))`.execute(tx);
  await sql`
    insert into consent_given (workspace_id, profile_id, purpose, given)
    select ${workspaceId}::uuid, profile_id, purpose, given.is_given is not null
    from (select rows.*, true as is_given from (${givenConsentRows({ workspaceId, profileIds, purposes: null })}) rows) given
    full join (
      select distinct on (profile_id, purpose) profile_id, purpose, given as was_given from consent_given
      where workspace_id = ${workspaceId}::uuid and profile_id = any(${[...profileIds]}::uuid[])
      order by profile_id, purpose, seq desc) logged using (profile_id, purpose)
    where (given.is_given is not null) is distinct from coalesce(logged.was_given, false)
    order by profile_id, purpose`.execute(tx);
}

/** Of some people and purposes, where consent is given. Cost: one statement; none when no purpose is asked for. */
export async function givenConsents(
  tx: WorkspaceTransaction,
  asked: ConsentQuestion,
): Promise<readonly GivenConsent[]> {
  if (asked.purposes?.length === 0 || asked.profileIds.length === 0) return [];
  const found = await sql<GivenConsent>`
    select profile_id as "profileId", purpose from (${givenConsentRows(asked)}) given`.execute(tx);
  return found.rows;
}
