import { sql } from 'kysely';
import type { PeopleLookup, ProfileId, SuppressedIdentifier, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { writeChanges, type ChangeRow } from '../segments/write-changes';

/** Trait keys that hold an address or a number, without case and punctuation. */
const EMAIL_KEYS = ['email', 'emailaddress', 'mail'];
const PHONE_KEYS = ['phone', 'phonenumber', 'mobile', 'mobilephone', 'mobilenumber', 'telephone', 'cell', 'cellphone'];

/** The one form of an address, as `emailForm` of privacy-domain makes it of ordinary ones. */
const emailForm = (value: string) =>
  sql.raw(`(select case when domain in ('gmail.com', 'googlemail.com') then replace(local, '.', '') || '@gmail.com'
      else local || '@' || domain end
    from (select regexp_replace(split_part(plain, '@', 1), '(.)[+].*$', '\\1') as local,
                 rtrim(split_part(plain, '@', 2), '.') as domain
          from (select lower(normalize(btrim(${value}), NFKC)) as plain) as a) as b)`);
const slug = sql.raw(`lower(regexp_replace(t.key, '[^A-Za-z]', '', 'g'))`);

/**
 * The people whom an identifier leads to, also one that only stands in a trait of theirs.
 *
 * Cost   ids by key; addresses and numbers by a walk over the workspace's identifiers and traits
 */
export async function findPeople(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  lookup: PeopleLookup,
): Promise<readonly ProfileId[]> {
  const ws = sql`${workspaceId}::uuid`;
  const emails = sql`any(${[...lookup.emails]}::text[])`;
  const byEmail =
    lookup.emails.length === 0
      ? sql``
      : sql`
    union select i.profile_id from identifier i where i.workspace_id = ${ws} and i.value like '%@%'
      and ${emailForm('i.value')} = ${emails}
    union select t.profile_id from trait_value t where t.workspace_id = ${ws} and ${slug} = any(${EMAIL_KEYS}::text[])
      and ${emailForm("t.value #>> '{}'")} = ${emails}`;
  const byPhone =
    lookup.phones.length === 0
      ? sql``
      : sql`
    union select t.profile_id from trait_value t where t.workspace_id = ${ws} and ${slug} = any(${PHONE_KEYS}::text[])
      and regexp_replace(t.value #>> '{}', '\\D', '', 'g') = any(${[...lookup.phones]}::text[])`;
  const found = await sql<{ id: ProfileId }>`
    select p.id from profile p where p.workspace_id = ${ws} and p.kind = 'person' and p.merged_into is null and p.id in (
      select i.profile_id from identifier i where i.workspace_id = ${ws}
        and i.type = any(array['user_id', 'anonymous_id', 'email', 'previous_id']) and i.value = any(${[...lookup.ids]}::text[])
      ${byEmail} ${byPhone})
    order by p.id for no key update`.execute(tx);
  return found.rows.map(({ id }) => id);
}

/** Everything that these people are known by: their identifiers, and addresses and numbers among their traits. */
export async function namesOfPeople(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly ProfileId[],
): Promise<readonly SuppressedIdentifier[]> {
  if (profileIds.length === 0) return [];
  const ids = sql`any(${[...profileIds]}::uuid[])`;
  const found = await sql<SuppressedIdentifier>`
    select i.type, i.value from identifier i where i.workspace_id = ${workspaceId}::uuid and i.profile_id = ${ids}
    union
    select case when ${slug} = any(${EMAIL_KEYS}::text[]) then 'email' else 'phone' end, t.value #>> '{}'
    from trait_value t where t.workspace_id = ${workspaceId}::uuid and t.profile_id = ${ids} and t.value is not null
      and ${slug} = any(${[...EMAIL_KEYS, ...PHONE_KEYS]}::text[])`.execute(tx);
  return found.rows.filter(({ value }) => value !== null);
}

/** Ends every membership of people who are profiled no longer, and their timers; answers how many ended. */
export async function endMemberships(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  ended: { readonly profileIds: readonly ProfileId[]; readonly at: number },
): Promise<number> {
  const ids = sql`any(${[...ended.profileIds]}::uuid[])`;
  const standing = await sql<Pick<ChangeRow, 'segmentId' | 'profileId' | 'segmentVersion' | 'ruleHash'>>`
    select m.segment_id as "segmentId", m.profile_id as "profileId", m.segment_version as "segmentVersion",
      coalesce(encode(v.rule_hash, 'hex'), '') as "ruleHash"
    from membership m left join segment_version v on v.workspace_id = m.workspace_id and v.segment_id = m.segment_id
      and v.version = m.segment_version
    where m.workspace_id = ${workspaceId}::uuid and m.profile_id = ${ids} and m.member`.execute(tx);
  await sql`delete from segment_timer where workspace_id = ${workspaceId}::uuid and profile_id = ${ids}`.execute(tx);
  const rows = standing.rows.map((row): ChangeRow => ({
    ...row,
    member: false,
    cause: 'erasure',
    eventId: null,
    proof: null,
    proofHash: null,
  }));
  const { exited } = await writeChanges(tx, { workspaceId, at: ended.at }, rows);
  return exited;
}
