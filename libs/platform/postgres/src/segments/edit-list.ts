import { sql } from 'kysely';
import type { ListEdit, ListEditOutcome, ProfileId, SegmentId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { commandErrors } from '../commands/command.errors';
import { writeChanges, type ChangeRow } from './write-changes';

interface Found {
  readonly asked: string;
  readonly id: ProfileId;
}

interface ListRow {
  readonly id: SegmentId;
  readonly kind: string;
  readonly status: string;
  readonly version: number;
  readonly hash: string;
}

/** Whom texts name: profile ids, else identifiers of one type; who was merged is the one that they became. */
async function peopleNamed(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  of: { readonly texts: readonly string[]; readonly identifierType: string },
): Promise<ReadonlyMap<string, ProfileId>> {
  const found = await sql<Found>`
    with recursive named as (
      select a.asked, p.id, p.merged_into, p.suppressed_at from unnest(${of.texts}::text[]) as a (asked)
      join profile p on p.workspace_id = ${workspaceId}::uuid and p.id::text = lower(a.asked)
      union
      select a.asked, p.id, p.merged_into, p.suppressed_at from unnest(${of.texts}::text[]) as a (asked)
      join identifier i on i.workspace_id = ${workspaceId}::uuid and i.type = ${of.identifierType} and i.value = a.asked
      join profile p on p.workspace_id = i.workspace_id and p.id = i.profile_id
    ), followed as (
      select asked, id, merged_into, suppressed_at from named
      union
      select f.asked, p.id, p.merged_into, p.suppressed_at from followed f
      join profile p on p.workspace_id = ${workspaceId}::uuid and p.id = f.merged_into
    )
    select distinct on (asked) asked, id from followed
    where merged_into is null and suppressed_at is null order by asked, id`.execute(tx);
  return new Map(found.rows.map(({ asked, id }) => [asked, id]));
}

async function heldList(tx: WorkspaceTransaction, workspaceId: WorkspaceId, key: string): Promise<ListRow> {
  const found = await sql<ListRow>`
    select s.id, s.kind, s.status, v.version, encode(v.rule_hash, 'hex') as hash
    from segment s join segment_version v on v.workspace_id = s.workspace_id and v.segment_id = s.id
    where s.workspace_id = ${workspaceId}::uuid and s.key = ${key}
      and v.version = coalesce(s.live_version, 1) for no key update of s`.execute(tx);
  const [list] = found.rows;
  if (list === undefined) throw commandErrors.COMMAND_NOT_FOUND({ what: 'segment' });
  if (list.status === 'archived') throw commandErrors.COMMAND_SEGMENT_ARCHIVED();
  if (list.kind !== 'list') throw commandErrors.COMMAND_NOT_A_LIST({ key });
  return list;
}

/**
 * Adds people to a list and takes people off it, in the transaction of the caller. Who is named on both sides is taken
 * off. A list that served nobody yet serves from here on.
 */
export async function editList(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  edit: ListEdit,
): Promise<ListEditOutcome> {
  const list = await heldList(tx, workspaceId, edit.key);
  const texts = [...new Set([...edit.add, ...edit.remove])];
  const named = await peopleNamed(tx, workspaceId, { texts, identifierType: edit.identifierType });
  const idsOf = (asked: readonly string[]): Set<ProfileId> =>
    new Set(asked.flatMap((text) => (named.has(text) ? [named.get(text) as ProfileId] : [])));
  const leaving = idsOf(edit.remove);
  const entering = [...idsOf(edit.add)].filter((id) => !leaving.has(id));
  const row = (profileId: ProfileId, member: boolean): ChangeRow => ({
    segmentId: list.id,
    profileId,
    member,
    segmentVersion: list.version,
    ruleHash: list.hash,
    cause: edit.cause,
    eventId: null,
    proof: null,
    proofHash: null,
  });
  const now = await sql<{ now: number }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`.execute(tx);
  const rows = [...entering.map((id) => row(id, true)), ...[...leaving].map((id) => row(id, false))];
  // Who was never in cannot leave: no row is made for it.
  const standing = await sql<{ id: ProfileId }>`
    select profile_id as id from membership where workspace_id = ${workspaceId}::uuid and segment_id = ${list.id}::uuid
      and member and profile_id = any(${[...leaving]}::uuid[])`.execute(tx);
  const isIn = new Set(standing.rows.map(({ id }) => id));
  const { entered, exited } = await writeChanges(
    tx,
    { workspaceId, at: now.rows[0]?.now ?? 0 },
    rows.filter(({ member, profileId }) => member || isIn.has(profileId)),
  );
  await sql`update segment set live_version = ${list.version}, status = 'live'
    where workspace_id = ${workspaceId}::uuid and id = ${list.id}::uuid and live_version is null`.execute(tx);
  await sql`update segment_version set published_at = now()
    where workspace_id = ${workspaceId}::uuid and segment_id = ${list.id}::uuid and version = ${list.version}
      and published_at is null`.execute(tx);
  return {
    added: entered,
    removed: exited,
    unresolved: texts.filter((text) => !named.has(text)),
    people: [...entering, ...leaving].sort(),
  };
}

/** People of lists who have become others: the lists follow them. */
export async function followMerges(
  tx: WorkspaceTransaction,
  of: { readonly workspaceId: WorkspaceId; readonly profileIds: readonly ProfileId[] },
): Promise<readonly ChangeRow[]> {
  const { workspaceId, profileIds } = of;
  const found = await sql<{
    segmentId: SegmentId;
    from: ProfileId;
    to: ProfileId | null;
    version: number;
    hash: string;
  }>`
    with recursive became as (
      select id as "from", id, merged_into, suppressed_at from profile
      where workspace_id = ${workspaceId}::uuid and id = any(${profileIds}::uuid[]) and merged_into is not null
      union
      select b."from", p.id, p.merged_into, p.suppressed_at from became b
      join profile p on p.workspace_id = ${workspaceId}::uuid and p.id = b.merged_into
    )
    select m.segment_id as "segmentId", b."from", case when b.suppressed_at is null then b.id end as "to",
      v.version, encode(v.rule_hash, 'hex') as hash
    from became b
    join membership m on m.workspace_id = ${workspaceId}::uuid and m.profile_id = b."from" and m.member
    join segment s on s.workspace_id = m.workspace_id and s.id = m.segment_id and s.kind = 'list'
    join segment_version v on v.workspace_id = s.workspace_id and v.segment_id = s.id and v.version = s.live_version
    where b.merged_into is null`.execute(tx);
  return found.rows.flatMap(({ segmentId, from, to, version, hash }) => {
    const row = (profileId: ProfileId, member: boolean): ChangeRow => ({
      ...{ segmentId, profileId, member, segmentVersion: version, ruleHash: hash },
      ...{ cause: 'merge', eventId: null, proof: null, proofHash: null },
    });
    return [row(from, false), ...(to === null ? [] : [row(to, true)])];
  });
}
