import { sql } from 'kysely';
import {
  GROUP_TRAIT,
  MOST_PEOPLE_READ,
  type AccountRecordsNeeded,
  type BatchId,
  type NamedAccount,
  type PersonRecords,
  type ProfileId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { readCrowds } from './crowds';

/** How records are read, and how many relations lead on. */
interface Relating {
  readonly workspaceId: WorkspaceId;
  readonly read: (profileIds: readonly ProfileId[]) => Promise<readonly PersonRecords[]>;
  readonly steps: number;
}

interface LinkRow {
  readonly own: ProfileId;
  readonly other: ProfileId;
  readonly since: number;
}

const key = sql.lit(GROUP_TRAIT);
const since = sql.raw(`floor(extract(epoch from min(t.valid_from)) * 1000)::float8`);

/** No row takes a stated trait back, over `t`. */
export const stands = sql.raw(`t.sign = 1 and not exists (
  select 1 from trait_value gone
  where gone.workspace_id = t.workspace_id and gone.profile_id = t.profile_id and gone.key = t.key
    and gone.valid_from = t.valid_from and gone.message_id = t.message_id and gone.sign = -1)`);

async function accountLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly ProfileId[],
): Promise<readonly LinkRow[]> {
  const found = await sql<LinkRow>`
    select t.profile_id as own, account_id(t.workspace_id, t.value #>> '{}') as other, ${since} as since
    from trait_value t
    where t.workspace_id = ${workspaceId}::uuid and t.profile_id = any(${profileIds}::uuid[]) and t.key = ${key} and ${stands}
    group by 1, 2`.execute(tx);
  return found.rows;
}

/** One more a person than are read, so that it shows where there are more. */
async function peopleLinks(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  accountIds: readonly ProfileId[],
): Promise<readonly LinkRow[]> {
  const found = await sql<LinkRow>`
    select a.id as own, one.profile_id as other, one.since
    from profile a cross join lateral (
      select t.profile_id, ${since} as since
      from trait_value t
      join profile p on p.workspace_id = t.workspace_id and p.id = t.profile_id
        and p.merged_into is null and p.suppressed_at is null
      where t.workspace_id = a.workspace_id and t.key = ${key} and t.value #>> '{}' = a.canonical_id and ${stands}
      group by t.profile_id order by t.profile_id limit ${MOST_PEOPLE_READ + 1}) as one
    where a.workspace_id = ${workspaceId}::uuid and a.id = any(${accountIds}::uuid[]) and a.kind = 'account'`.execute(
    tx,
  );
  return found.rows;
}

/**
 * People with their accounts, or accounts with their people, so many steps on. Each is read once a step, however many
 * lead to it.
 */
export async function withRelated(
  tx: WorkspaceTransaction,
  subjects: readonly PersonRecords[],
  relating: Relating,
): Promise<readonly PersonRecords[]> {
  const [first] = subjects;
  if (relating.steps === 0 || first === undefined) return subjects;
  const { workspaceId, read, steps } = relating;
  const links = await (first.entity === 'profile' ? accountLinks : peopleLinks)(
    tx,
    workspaceId,
    subjects.map(({ profileId }) => profileId),
  );
  const linksOf = new Map<ProfileId, LinkRow[]>();
  for (const link of links) {
    const known = linksOf.get(link.own);
    if (known === undefined) linksOf.set(link.own, [link]);
    else known.push(link);
  }
  const isMany = (id: ProfileId): boolean => (linksOf.get(id)?.length ?? 0) > MOST_PEOPLE_READ;
  const many = [...linksOf.keys()].filter(isMany);
  const crowds = many.length === 0 ? null : await readCrowds(tx, workspaceId, many);
  const wanted = [...new Set(links.filter(({ own }) => !isMany(own)).map(({ other }) => other))];
  const others = await withRelated(tx, await read(wanted), { ...relating, steps: steps - 1 });
  const recordsOf = new Map(others.map((records) => [records.profileId, records]));
  return subjects.map((records) => {
    if (isMany(records.profileId)) return { ...records, isCut: true, crowd: crowds?.get(records.profileId) ?? [] };
    const related = (linksOf.get(records.profileId) ?? []).flatMap(({ other, since: from }) => {
      const found = recordsOf.get(other);
      return found?.isLive === true ? [{ since: from, records: found }] : [];
    });
    return { ...records, related, ...(related.some(({ records: { isCut } }) => isCut) ? { isCut: true } : {}) };
  });
}

/** See `SegmentStore.accountsNamed`. */
export async function accountsNamed(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly batchIds: readonly BatchId[]; readonly needs: AccountRecordsNeeded },
): Promise<readonly NamedAccount[]> {
  const { eventNames, traitKeys } = of.needs;
  const speaks = eventNames === null ? sql`e.name is not null` : sql`e.name = any(${eventNames}::text[])`;
  const states = traitKeys === null ? sql`true` : sql`e.traits ?| ${traitKeys}::text[]`;
  const found = await sql<NamedAccount>`
    select account_id(e.workspace_id, e.group_id) as "accountId",
      coalesce(bool_or(${speaks} or (e.type = 'group' and ${states})), false) as "isChanged"
    from event e
    where e.workspace_id = ${workspaceId}::uuid and e.batch_id = any(${of.batchIds}::uuid[]) and e.group_id is not null
    group by 1 order by 1`.execute(tx);
  return found.rows;
}

/** See `SegmentStore.accountsOf`: also by rows that were taken back, for those accounts have lost somebody. */
export async function accountsOf(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  profileIds: readonly ProfileId[],
): Promise<readonly ProfileId[]> {
  if (profileIds.length === 0) return [];
  const found = await sql<{ id: ProfileId }>`
    select distinct account_id(t.workspace_id, t.value #>> '{}') as id from trait_value t
    where t.workspace_id = ${workspaceId}::uuid and t.profile_id = any(${profileIds}::uuid[]) and t.key = ${key}
    order by 1`.execute(tx);
  return found.rows.map(({ id }) => id);
}

/** See `SegmentStore.peopleOfAccount`. */
export async function peopleOfAccount(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly accountId: ProfileId; readonly after: ProfileId | null; readonly limit: number },
): Promise<readonly { readonly profileId: ProfileId; readonly since: number }[]> {
  const behind = of.after === null ? sql`` : sql`and t.profile_id > ${of.after}::uuid`;
  const found = await sql<{ profileId: ProfileId; since: number }>`
    select t.profile_id as "profileId", ${since} as since
    from profile a
    join trait_value t on t.workspace_id = a.workspace_id and t.key = ${key} and t.value #>> '{}' = a.canonical_id
    join profile p on p.workspace_id = t.workspace_id and p.id = t.profile_id and p.merged_into is null
      and p.suppressed_at is null
    where a.workspace_id = ${workspaceId}::uuid and a.id = ${of.accountId}::uuid and a.kind = 'account' and ${stands}
      ${behind}
    group by t.profile_id order by t.profile_id limit ${of.limit}`.execute(tx);
  return found.rows;
}
