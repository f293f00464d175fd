import { sql } from 'kysely';
import {
  GROUP_TRAIT,
  profileIdSchema,
  type AccountPersonRecord,
  type AccountReader,
  type AccountRecord,
  type EventRecord,
  type Page,
  type PageRequest,
} from '@kohort/kernel-contracts';
import { stands } from '../segments/read-related';
import { ms } from './columns';
import { reading, type Scope } from './deadline';
import { eventColumns, toEvent, type EventRow } from './event-row';
import { cursorInstantUuid, cursorText, cursorUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

interface AccountRow {
  id: string;
  group_id: string;
  first_seen_at: Date;
  last_seen_at: Date;
}

interface BelongsRow {
  account_id: string;
  group_id: string;
  profile_id: string;
  since: Date;
}

const toAccount = (row: AccountRow): AccountRecord => ({
  id: profileIdSchema.parse(row.id),
  groupId: row.group_id,
  firstSeenAt: ms(row.first_seen_at),
  lastSeenAt: ms(row.last_seen_at),
});

const toPerson = (row: BelongsRow): AccountPersonRecord => ({
  accountId: profileIdSchema.parse(row.account_id),
  profileId: profileIdSchema.parse(row.profile_id),
  since: ms(row.since),
});

/** Accounts by a condition over `p`. Their own row says when they were made: when they were seen, their events say. */
const accountsWhere = (scope: Scope, condition: ReturnType<typeof sql>) => sql<AccountRow>`
  select p.id, p.canonical_id as group_id, coalesce(seen.first, p.first_seen_at) as first_seen_at,
    coalesce(seen.last, p.last_seen_at) as last_seen_at
  from profile p left join lateral (
    select min(ts) as first, max(ts) as last from event e
    where e.workspace_id = p.workspace_id and e.group_id = p.canonical_id) as seen on true
  where p.workspace_id = ${scope.workspaceId} and p.kind = 'account' and ${condition}`;

/** Who belongs to an account now: rows of trait `$group` by a condition over `t`, of people who are live. */
const belonging = (scope: Scope, condition: ReturnType<typeof sql>) => sql`
  select account_id(t.workspace_id, t.value #>> '{}') as account_id, t.value #>> '{}' as group_id, t.profile_id,
    min(t.valid_from) as since
  from trait_value t
  join profile p on p.workspace_id = t.workspace_id and p.id = t.profile_id and p.merged_into is null
    and p.suppressed_at is null
  where t.workspace_id = ${scope.workspaceId} and t.key = ${sql.lit(GROUP_TRAIT)} and t.valid_from <= now() and ${stands}
    and ${condition}
  group by 1, 2, 3`;

async function list(
  scope: Scope,
  filter: { readonly search?: string },
  request: PageRequest,
): Promise<Page<AccountRecord>> {
  const mark = listOf(scope, 'accounts');
  const after = parseCursor(request.after, cursorText, mark);
  const behind = after ? sql`p.canonical_id > ${after[0]}` : sql`true`;
  const search = filter.search === undefined ? sql`` : sql`and starts_with(p.canonical_id, ${filter.search})`;
  const { rows } = await reading(scope, (tx) =>
    sql<AccountRow>`${accountsWhere(scope, sql`${behind} ${search}`)}
      order by p.canonical_id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toAccount, cursor: (row) => [row.group_id] });
}

async function people(scope: Scope, account: AccountRecord, request: PageRequest): Promise<Page<AccountPersonRecord>> {
  const mark = listOf(scope, 'accountPeople', account.groupId);
  const after = parseCursor(request.after, cursorUuid, mark);
  const behind = after ? sql`and t.profile_id > ${after[0]}::uuid` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<BelongsRow>`${belonging(scope, sql`t.value #>> '{}' = ${account.groupId} ${behind}`)}
      order by t.profile_id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toPerson, cursor: (row) => [row.profile_id] });
}

async function ofPerson(scope: Scope, profileId: string, request: PageRequest): Promise<Page<AccountPersonRecord>> {
  const mark = listOf(scope, 'accountsOf', profileId);
  const after = parseCursor(request.after, cursorText, mark);
  const behind = after ? sql`and t.value #>> '{}' > ${after[0]}` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<BelongsRow>`${belonging(scope, sql`t.profile_id = ${profileId}::uuid ${behind}`)}
      order by group_id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toPerson, cursor: (row) => [row.group_id] });
}

async function sizes(scope: Scope, ids: readonly string[]): ReturnType<AccountReader['sizes']> {
  const known = uuidsOf(ids);
  if (known.length === 0) return [];
  const groups = sql`t.value #>> '{}' in (
    select a.canonical_id from profile a
    where a.workspace_id = ${scope.workspaceId} and a.kind = 'account' and a.id = any(${[...known]}::uuid[]))`;
  const { rows } = await reading(scope, (tx) =>
    sql<{ id: string; people: number }>`
      select account_id as id, count(*)::int as people from (${belonging(scope, groups)}) as b group by 1`.execute(tx),
  );
  return rows;
}

async function events(scope: Scope, account: AccountRecord, request: PageRequest): Promise<Page<EventRecord>> {
  const mark = listOf(scope, 'accountEvents', account.groupId);
  const after = parseCursor(request.after, cursorInstantUuid, mark);
  const behind = after ? sql`and (e.ts, e.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<EventRow>`
      select ${eventColumns} from event e cross join lateral (
        select e.ts from event_assignment of
        where of.workspace_id = e.workspace_id and of.event_id = e.id
        group by of.event_id having sum(of.sign) > 0) as a
      where e.workspace_id = ${scope.workspaceId} and e.group_id = ${account.groupId} ${behind}
      order by e.ts desc, e.id desc limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toEvent, cursor: (row) => [row.ts_text, row.id] });
}

/** Accounts and who belongs to them. */
export function accountReader(scope: Scope): AccountReader {
  return {
    list: (filter, page) => list(scope, filter, page),
    byIds: async (ids) => {
      const known = uuidsOf(ids);
      if (known.length === 0) return [];
      const found = await reading(scope, (tx) =>
        accountsWhere(scope, sql`p.id = any(${[...known]}::uuid[])`).execute(tx),
      );
      return found.rows.map(toAccount);
    },
    byGroupId: async (groupId) => {
      const found = await reading(scope, (tx) => accountsWhere(scope, sql`p.canonical_id = ${groupId}`).execute(tx));
      const [row] = found.rows;
      return row ? toAccount(row) : null;
    },
    sizes: (ids) => sizes(scope, ids),
    people: (account, page) => people(scope, account, page),
    ofPerson: (profileId, page) => ofPerson(scope, profileId, page),
    events: (account, page) => events(scope, account, page),
  };
}
