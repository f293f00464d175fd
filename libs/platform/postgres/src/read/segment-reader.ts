import { sql } from 'kysely';
import { z } from 'zod';
import {
  profileIdSchema,
  segmentIdSchema,
  type FreshnessRecord,
  type MembershipProofRecord,
  type MembershipRecord,
  type Page,
  type PageRequest,
  type SegmentFilter,
  type SegmentReader,
  type SegmentRecord,
  type SegmentVersionRecord,
  type ValueShareRecord,
} from '@kohort/kernel-contracts';
import { readRulesToServe } from '../segments/rules-to-serve';
import { jsonOf, ms, msOrNull } from './columns';
import { reading, type Scope } from './deadline';
import { segmentLags } from './segment-lags';
import { membersAsOf } from './members-as-of';
import { cursorNumber, cursorText, cursorUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

interface SegmentRow {
  id: string;
  key: string;
  name: string;
  kind: string;
  status: string;
  live_version: number | null;
  size: string;
  purpose: string | null;
  description: string;
  tags: string[];
  refresh_minutes: number | null;
  created_at: Date;
}

interface MembershipRow {
  segment_id: string;
  profile_id: string;
  member: boolean;
  change_version: string;
  segment_version: number;
  entered_at: Date | null;
  exited_at: Date | null;
  cause: string;
}

interface VersionRow {
  segment_id: string;
  version: number;
  rule: unknown;
  rule_hash: Buffer;
  author: string | null;
  created_at: Date;
  published_at: Date | null;
  retired_at: Date | null;
  size_at_end: string | null;
  held: unknown;
  discarded_at: Date | null;
}

/** The columns that the mapping below needs. */
export const SEGMENT_COLUMNS = [
  'id',
  'key',
  'name',
  'kind',
  'status',
  'live_version',
  'size',
  'purpose',
  'description',
  'tags',
  'refresh_minutes',
  'created_at',
] as const;
const MEMBERSHIP_COLUMNS = [
  'segment_id',
  'profile_id',
  'member',
  'change_version',
  'segment_version',
  'entered_at',
  'exited_at',
  'cause',
] as const;
const VERSION_COLUMNS = [
  'segment_id',
  'version',
  'rule',
  'rule_hash',
  'author',
  'created_at',
  'published_at',
  'retired_at',
  'size_at_end',
  'held',
  'discarded_at',
] as const;
const versionColumns = sql.join(VERSION_COLUMNS.map((name) => sql.ref(`v.${name}`)));

const holdSchema = z.object({ leaving: z.number(), members: z.number(), at: z.number() });

/** A row of table segment as the API shows it. */
export function toSegment(row: SegmentRow): SegmentRecord {
  return {
    id: segmentIdSchema.parse(row.id),
    key: row.key,
    name: row.name,
    kind: row.kind,
    status: row.status,
    liveVersion: row.live_version,
    size: Number(row.size),
    purpose: row.purpose,
    description: row.description,
    tags: row.tags,
    refreshMinutes: row.refresh_minutes,
    createdAt: ms(row.created_at),
  };
}

function toMembership(row: MembershipRow): MembershipRecord {
  return {
    segmentId: segmentIdSchema.parse(row.segment_id),
    profileId: profileIdSchema.parse(row.profile_id),
    member: row.member,
    changeVersion: Number(row.change_version),
    segmentVersion: row.segment_version,
    enteredAt: msOrNull(row.entered_at),
    exitedAt: msOrNull(row.exited_at),
    cause: row.cause,
  };
}

function toVersion(row: VersionRow): SegmentVersionRecord {
  return {
    segmentId: segmentIdSchema.parse(row.segment_id),
    version: row.version,
    rule: jsonOf(row.rule),
    createdAt: ms(row.created_at),
    ruleHash: row.rule_hash.toString('hex'),
    author: row.author,
    publishedAt: msOrNull(row.published_at),
    retiredAt: msOrNull(row.retired_at),
    sizeAtEnd: row.size_at_end === null ? null : Number(row.size_at_end),
    held: holdSchema.nullable().parse(row.held),
    discardedAt: msOrNull(row.discarded_at),
  };
}

async function list(scope: Scope, filter: SegmentFilter, request: PageRequest): Promise<Page<SegmentRecord>> {
  const mark = listOf(scope, 'segments');
  const after = parseCursor(request.after, cursorText, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx.selectFrom('segment').select(SEGMENT_COLUMNS).where('workspace_id', '=', scope.workspaceId);
    if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
    if (filter.status !== undefined) query = query.where('status', '=', filter.status);
    if (filter.held !== undefined) {
      const held = sql<boolean>`exists (select 1 from segment_version v
        where v.workspace_id = segment.workspace_id and v.segment_id = segment.id and v.held is not null)`;
      query = query.where(filter.held ? held : sql<boolean>`not ${held}`);
    }
    if (filter.search !== undefined) {
      const needle = filter.search.toLowerCase();
      // strpos, not like: what was typed is text, not a pattern.
      query = query.where(sql<boolean>`strpos(lower(key || ' ' || name), ${needle}) > 0`);
    }
    if (after) query = query.where('key', '>', after[0]);
    return query
      .orderBy('key')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toSegment, cursor: (row) => [row.key] });
}

async function versions(scope: Scope, segmentId: string, request: PageRequest): Promise<Page<SegmentVersionRecord>> {
  const mark = listOf(scope, 'segmentVersions', segmentId);
  const after = parseCursor(request.after, cursorNumber, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('segment_version')
      .select(VERSION_COLUMNS)
      .where('workspace_id', '=', scope.workspaceId)
      .where('segment_id', '=', segmentId);
    if (after) query = query.where('version', '<', Number(after[0]));
    return query
      .orderBy('version', 'desc')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toVersion, cursor: (row) => [String(row.version)] });
}

async function currentVersions(scope: Scope, ids: readonly string[]): Promise<readonly SegmentVersionRecord[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<VersionRow>`
      select distinct on (v.segment_id) ${versionColumns}
      from segment_version v join segment s on s.workspace_id = v.workspace_id and s.id = v.segment_id
      where v.workspace_id = ${scope.workspaceId} and v.segment_id = any(${uuidsOf(ids)}::uuid[])
      order by v.segment_id, (v.version = s.live_version) desc nulls last, v.version desc`.execute(tx),
  );
  return rows.map(toVersion);
}

async function version(scope: Scope, segmentId: string, number: number): Promise<SegmentVersionRecord | null> {
  const row = await reading(scope, (tx) =>
    tx
      .selectFrom('segment_version')
      .select(VERSION_COLUMNS)
      .where('workspace_id', '=', scope.workspaceId)
      .where('segment_id', '=', segmentId)
      .where('version', '=', number)
      .executeTakeFirst(),
  );
  return row === undefined ? null : toVersion(row);
}

async function heldVersions(scope: Scope, ids: readonly string[]): Promise<readonly SegmentVersionRecord[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<VersionRow>`
      select distinct on (v.segment_id) ${versionColumns} from segment_version v
      where v.workspace_id = ${scope.workspaceId} and v.segment_id = any(${uuidsOf(ids)}::uuid[]) and v.held is not null
      order by v.segment_id, v.version desc`.execute(tx),
  );
  return rows.map(toVersion);
}

async function freshness(scope: Scope, ids: readonly string[]): Promise<readonly FreshnessRecord[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<{
      id: string;
      recorded_at: Date | null;
      evaluated_at: Date | null;
      counted_at: Date | null;
      refresh_at: Date | null;
    }>`
      select wanted.id, last.recorded_at, last.evaluated_at, s.counted_at, s.refresh_at
      from unnest(${uuidsOf(ids)}::uuid[]) as wanted (id)
      left join segment s on s.workspace_id = ${scope.workspaceId} and s.id = wanted.id
      left join lateral (
        select c.recorded_at, c.evaluated_at from membership_change c
        where c.workspace_id = ${scope.workspaceId} and c.segment_id = wanted.id
        order by c.xid desc, c.seq desc limit 1) as last on true`.execute(tx),
  );
  return rows.map((row) => ({
    segmentId: segmentIdSchema.parse(row.id),
    lastChangeAt: msOrNull(row.recorded_at),
    recordingLagMs:
      row.recorded_at && row.evaluated_at ? Math.max(0, ms(row.recorded_at) - ms(row.evaluated_at)) : null,
    countedAt: msOrNull(row.counted_at),
    nextRefreshAt: msOrNull(row.refresh_at),
  }));
}

async function valueShares(scope: Scope, ids: readonly string[]): Promise<readonly ValueShareRecord[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<{ id: string; share: number | null }>`
      with value_of as (
        select f.profile_id, (f.feature_values ->> 'monetary')::float8 as value from profile_feature f
        where f.workspace_id = ${scope.workspaceId} and f.definition_version = (
          select max(definition_version) from profile_feature where workspace_id = ${scope.workspaceId})
      )
      select wanted.id, held.value / nullif((select sum(value) from value_of), 0) as share
      from unnest(${uuidsOf(ids)}::uuid[]) as wanted (id)
      left join lateral (
        select coalesce(sum(v.value), 0) as value from membership m
        join value_of v on v.profile_id = m.profile_id
        where m.workspace_id = ${scope.workspaceId} and m.segment_id = wanted.id and m.member) as held on true`.execute(
      tx,
    ),
  );
  return rows.map((row) => ({ segmentId: segmentIdSchema.parse(row.id), valueShare: row.share }));
}

async function memberships(
  scope: Scope,
  of: { readonly segmentId: string } | { readonly profileId: string },
  request: PageRequest,
): Promise<Page<MembershipRecord>> {
  const bySegment = 'segmentId' in of;
  const mark = bySegment ? listOf(scope, 'members', of.segmentId) : listOf(scope, 'memberships', of.profileId);
  const after = parseCursor(request.after, cursorUuid, mark);
  const column = bySegment ? 'profile_id' : 'segment_id';
  const rows = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('membership')
      .select(MEMBERSHIP_COLUMNS)
      .where('workspace_id', '=', scope.workspaceId)
      .where('member', '=', true);
    query = bySegment ? query.where('segment_id', '=', of.segmentId) : query.where('profile_id', '=', of.profileId);
    if (after) query = query.where(column, '>', after[0]);
    return query
      .orderBy(column)
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toMembership, cursor: (row) => [row[column]] });
}

async function proof(scope: Scope, profileId: string, segmentId: string): Promise<MembershipProofRecord | null> {
  if (uuidsOf([profileId, segmentId]).length < 2) return null;
  const row = await reading(scope, (tx) =>
    tx
      .selectFrom('membership as m')
      .leftJoin('segment_timer as t', (join) =>
        join
          .onRef('t.workspace_id', '=', 'm.workspace_id')
          .onRef('t.segment_id', '=', 'm.segment_id')
          .onRef('t.profile_id', '=', 'm.profile_id'),
      )
      .select(MEMBERSHIP_COLUMNS.map((name) => `m.${name}` as const))
      .select(['m.proof', 'm.proof_hash', 'm.proof_version', 't.due_at'])
      .where('m.workspace_id', '=', scope.workspaceId)
      .where('m.profile_id', '=', profileId)
      .where('m.segment_id', '=', segmentId)
      .executeTakeFirst(),
  );
  if (!row) return null;
  return {
    ...toMembership(row),
    proof: jsonOf(row.proof),
    proofVersion: row.proof_version ?? row.segment_version,
    proofHash: row.proof_hash === null ? null : row.proof_hash.toString('hex'),
    nextChangeAt: msOrNull(row.due_at),
  };
}

/** Segments, their versions and members. */
export function segmentReader(scope: Scope): SegmentReader {
  const by = (column: 'id' | 'key', values: readonly string[]): Promise<readonly SegmentRecord[]> =>
    reading(scope, async (tx) => {
      const rows = await tx
        .selectFrom('segment')
        .select(SEGMENT_COLUMNS)
        .where('workspace_id', '=', scope.workspaceId)
        .where(column, 'in', [...values])
        .execute();
      return rows.map(toSegment);
    });
  return {
    list: (filter, page) => list(scope, filter, page),
    byIds: async (ids) => (uuidsOf(ids).length === 0 ? [] : by('id', uuidsOf(ids))),
    byKeys: async (keys) => (keys.length === 0 ? [] : by('key', keys)),
    versions: (segmentId, page) => versions(scope, segmentId, page),
    currentVersions: (ids) => currentVersions(scope, ids),
    version: (segmentId, number) => version(scope, segmentId, number),
    rulesToServe: () => reading(scope, (tx) => readRulesToServe(tx, scope.workspaceId)),
    heldVersions: (ids) => heldVersions(scope, ids),
    lags: (ids) => segmentLags(scope, ids),
    freshness: (ids) => freshness(scope, ids),
    valueShares: (ids) => valueShares(scope, ids),
    members: (segmentId, page) => memberships(scope, { segmentId }, page),
    membersAsOf: (segmentId, asOfMs, page) => membersAsOf(scope, { segmentId, asOfMs }, page),
    membershipsOf: (profileId, page) => memberships(scope, { profileId }, page),
    proof: (profileId, segmentId) => proof(scope, profileId, segmentId),
  };
}
