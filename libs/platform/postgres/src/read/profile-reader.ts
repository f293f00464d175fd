import { sql } from 'kysely';
import {
  RESERVED_TRAITS,
  profileIdSchema,
  type EventRecord,
  type FeaturesRecord,
  type IdentifierRecord,
  type Page,
  type PageRequest,
  type ProfileReader,
  type ProfileRecord,
  type TraitRecord,
} from '@kohort/kernel-contracts';
import { z } from 'zod';
import { jsonOf, ms } from './columns';
import { reading, readingOften, type Scope } from './deadline';
import { eventColumns, toEvent, type EventRow } from './event-row';
import { cursorInstantUuid, cursorText, listOf, parseCursor, toPage, uuidsOf } from './paging';

const PROFILE_COLUMNS = ['id', 'canonical_id', 'merged_into', 'first_seen_at', 'last_seen_at'] as const;
const cursorTypeValue = z.tuple([z.string(), z.string()]);

interface ProfileRow {
  id: string;
  canonical_id: string;
  merged_into: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
}

interface TraitRow {
  key: string;
  kind: string;
  value: unknown;
  valid_from: Date;
}

function toProfile(row: ProfileRow): ProfileRecord {
  return {
    id: profileIdSchema.parse(row.id),
    canonicalId: row.canonical_id,
    mergedInto: row.merged_into === null ? null : profileIdSchema.parse(row.merged_into),
    firstSeenAt: ms(row.first_seen_at),
    lastSeenAt: ms(row.last_seen_at),
  };
}

function toTrait(row: TraitRow): TraitRecord {
  return { key: row.key, kind: row.kind, value: jsonOf(row.value), validFrom: ms(row.valid_from) };
}

async function byIds(scope: Scope, ids: readonly string[]): Promise<readonly ProfileRecord[]> {
  const known = uuidsOf(ids);
  if (known.length === 0) return [];
  const rows = await readingOften(
    scope,
    sql<ProfileRow>`
      select id, canonical_id, merged_into, first_seen_at, last_seen_at from profile
      where workspace_id = ${scope.workspaceId} and id = any(${known}::uuid[])`,
  );
  return rows.map(toProfile);
}

async function byIdentifier(
  scope: Scope,
  identifier: { readonly value: string; readonly type?: string },
): Promise<ProfileRecord | null> {
  const row = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('identifier as i')
      .innerJoin('profile as p', (join) =>
        join.onRef('p.workspace_id', '=', 'i.workspace_id').onRef('p.id', '=', 'i.profile_id'),
      )
      .select(PROFILE_COLUMNS.map((name) => `p.${name}` as const))
      .where('i.workspace_id', '=', scope.workspaceId)
      .where('i.value', '=', identifier.value);
    if (identifier.type !== undefined) query = query.where('i.type', '=', identifier.type);
    return query.orderBy('i.type').limit(1).executeTakeFirst();
  });
  return row ? toProfile(row) : null;
}

async function identifiers(scope: Scope, profileId: string, request: PageRequest): Promise<Page<IdentifierRecord>> {
  const mark = listOf(scope, 'identifiers', profileId);
  const after = parseCursor(request.after, cursorTypeValue, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('identifier')
      .select(['type', 'value', 'first_seen_at'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('profile_id', '=', profileId);
    if (after) query = query.where(sql<boolean>`(type, value) > (${after[0]}, ${after[1]})`);
    return query
      .orderBy('type')
      .orderBy('value')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, {
    request,
    list: mark,
    node: (row) => ({ type: row.type, value: row.value, firstSeenAt: ms(row.first_seen_at) }),
    cursor: (row) => [row.type, row.value],
  });
}

async function traits(scope: Scope, profileId: string, request: PageRequest): Promise<Page<TraitRecord>> {
  const mark = listOf(scope, 'traits', profileId);
  const after = parseCursor(request.after, cursorText, mark);
  const { rows } = await reading(scope, (tx) =>
    sql<TraitRow>`
      select key, kind, value, valid_from from (
        select distinct on (key) key, kind, value, valid_from from (
          select key, kind, value, valid_from, message_id from trait_value
          where workspace_id = ${scope.workspaceId} and profile_id = ${profileId}
            and valid_from <= now() and key > ${after?.[0] ?? ''}
            and key <> all(${RESERVED_TRAITS}::text[])
          group by key, kind, value, valid_from, message_id having sum(sign) > 0) as standing
        order by key, valid_from desc, message_id desc) as current
      where value is not null and value <> 'null'::jsonb
      order by key limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toTrait, cursor: (row) => [row.key] });
}

async function features(scope: Scope, profileId: string): Promise<FeaturesRecord | null> {
  const row = await reading(scope, (tx) =>
    tx
      .selectFrom('profile_feature')
      .select(['definition_version', 'as_of', 'feature_values', 'computed_at'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('profile_id', '=', profileId)
      .orderBy('definition_version', 'desc')
      .limit(1)
      .executeTakeFirst(),
  );
  if (!row) return null;
  return {
    definitionVersion: row.definition_version,
    asOf: ms(row.as_of),
    values: jsonOf(row.feature_values),
    computedAt: ms(row.computed_at),
  };
}

async function events(scope: Scope, profileId: string, request: PageRequest): Promise<Page<EventRecord>> {
  const mark = listOf(scope, 'events', profileId);
  const after = parseCursor(request.after, cursorInstantUuid, mark);
  const behind = after ? sql`and (ts, event_id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<EventRow>`
      select ${eventColumns}
      from (
        select event_id, received_at, ts from event_assignment
        where workspace_id = ${scope.workspaceId} and profile_id = ${profileId} ${behind}
        group by event_id, received_at, ts having sum(sign) > 0
        order by ts desc, event_id desc limit ${request.first + 1}) as a
      join event e on e.workspace_id = ${scope.workspaceId} and e.id = a.event_id and e.received_at = a.received_at
      order by a.ts desc, a.event_id desc`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toEvent, cursor: (row) => [row.ts_text, row.id] });
}

/** People, and what is known of them. */
export function profileReader(scope: Scope): ProfileReader {
  return {
    byIds: (ids) => byIds(scope, ids),
    byIdentifier: (identifier) => byIdentifier(scope, identifier),
    identifiers: (profileId, page) => identifiers(scope, profileId, page),
    traits: (profileId, page) => traits(scope, profileId, page),
    features: (profileId) => features(scope, profileId),
    events: (profileId, page) => events(scope, profileId, page),
  };
}
