import { sql } from 'kysely';
import { z } from 'zod';
import {
  destinationIdSchema,
  profileIdSchema,
  segmentIdSchema,
  syncIdSchema,
  type DestinationView,
  type Page,
  type PageRequest,
  type SyncFateRecord,
  type SyncReader,
  type SyncView,
  type SyncRunRecord,
} from '@kohort/kernel-contracts';
import { jsonOf, ms, msOrNull } from './columns';
import { reading, type Scope } from './deadline';
import { cursorInstantUuid, cursorText, cursorUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

/** The columns that the mapping below needs. */
export const DESTINATION_COLUMNS = [
  'id',
  'key',
  'name',
  'plugin',
  'settings',
  'paused',
  'purpose',
  'created_at',
] as const;
/** The columns that the mapping below needs. */
export const SYNC_COLUMNS = ['id', 'destination_id', 'segment_id', 'mapping', 'mode', 'paused', 'created_at'] as const;

interface DestinationRow {
  id: string;
  key: string;
  name: string;
  plugin: string;
  settings: unknown;
  paused: boolean;
  purpose: string | null;
  created_at: Date;
}

interface SyncRow {
  id: string;
  destination_id: string;
  segment_id: string;
  mapping: unknown;
  mode: string;
  paused: boolean;
  created_at: Date;
}

interface SyncRunRow {
  id: string;
  sync_id: string;
  status: string;
  held_reason: string | null;
  funnel: unknown;
  created_at: Date;
  created_text: string;
  finished_at: Date | null;
}

/** A row of table destination as the API shows it: never its secrets. */
export function toDestination(row: DestinationRow): DestinationView {
  return {
    id: destinationIdSchema.parse(row.id),
    key: row.key,
    name: row.name,
    plugin: row.plugin,
    settings: jsonOf(row.settings),
    paused: row.paused,
    purpose: row.purpose,
    createdAt: ms(row.created_at),
  };
}

/** A row of table sync as the API shows it. */
export function toSync(row: SyncRow): SyncView {
  return {
    id: syncIdSchema.parse(row.id),
    destinationId: destinationIdSchema.parse(row.destination_id),
    segmentId: segmentIdSchema.parse(row.segment_id),
    mapping: jsonOf(row.mapping),
    mode: row.mode,
    paused: row.paused,
    createdAt: ms(row.created_at),
  };
}

function toRun(row: SyncRunRow): SyncRunRecord {
  return {
    id: z.uuid().parse(row.id),
    syncId: syncIdSchema.parse(row.sync_id),
    status: row.status,
    heldReason: row.held_reason,
    funnel: jsonOf(row.funnel),
    createdAt: ms(row.created_at),
    finishedAt: msOrNull(row.finished_at),
  };
}

const runColumns = sql.raw(
  `id, sync_id, status, held_reason, funnel, created_at, finished_at,
   to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_text`,
);

async function destinations(scope: Scope, request: PageRequest): Promise<Page<DestinationView>> {
  const mark = listOf(scope, 'destinations');
  const after = parseCursor(request.after, cursorText, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx.selectFrom('destination').select(DESTINATION_COLUMNS).where('workspace_id', '=', scope.workspaceId);
    if (after) query = query.where('key', '>', after[0]);
    return query
      .orderBy('key')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toDestination, cursor: (row) => [row.key] });
}

async function list(
  scope: Scope,
  filter: { readonly destinationId?: string; readonly segmentId?: string },
  request: PageRequest,
): Promise<Page<SyncView>> {
  const mark = listOf(scope, 'syncs', filter.destinationId, filter.segmentId);
  const after = parseCursor(request.after, cursorUuid, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx.selectFrom('sync').select(SYNC_COLUMNS).where('workspace_id', '=', scope.workspaceId);
    if (filter.destinationId !== undefined) query = query.where('destination_id', '=', filter.destinationId);
    if (filter.segmentId !== undefined) query = query.where('segment_id', '=', filter.segmentId);
    if (after) query = query.where('id', '>', after[0]);
    return query
      .orderBy('id')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, { request, list: mark, node: toSync, cursor: (row) => [row.id] });
}

async function runs(scope: Scope, syncId: string, request: PageRequest): Promise<Page<SyncRunRecord>> {
  const mark = listOf(scope, 'syncRuns', syncId);
  const after = parseCursor(request.after, cursorInstantUuid, mark);
  const behind = after ? sql`and (created_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<SyncRunRow>`
      select ${runColumns} from sync_run
      where workspace_id = ${scope.workspaceId} and sync_id = ${syncId} ${behind}
      order by created_at desc, id desc limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toRun, cursor: (row) => [row.created_text, row.id] });
}

async function records(
  scope: Scope,
  of: { readonly runId: string; readonly filter: { readonly fate?: string; readonly operation?: string } },
  request: PageRequest,
): Promise<Page<SyncFateRecord>> {
  const mark = listOf(scope, 'syncRecords', of.runId);
  const after = parseCursor(request.after, cursorUuid, mark);
  const rows = await reading(scope, (tx) => {
    let query = tx
      .selectFrom('sync_record')
      .select(['profile_id', 'operation', 'change_version', 'fate', 'code', 'message', 'recorded_at'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('run_id', '=', of.runId);
    if (of.filter.fate !== undefined) query = query.where('fate', '=', of.filter.fate);
    if (of.filter.operation !== undefined) query = query.where('operation', '=', of.filter.operation);
    if (after) query = query.where('profile_id', '>', after[0]);
    return query
      .orderBy('profile_id')
      .limit(request.first + 1)
      .execute();
  });
  return toPage(rows, {
    request,
    list: mark,
    node: (row) => ({
      profileId: profileIdSchema.parse(row.profile_id),
      operation: row.operation,
      changeVersion: Number(row.change_version),
      fate: row.fate,
      code: row.code,
      message: row.message,
      recordedAt: ms(row.recorded_at),
    }),
    cursor: (row) => [row.profile_id],
  });
}

/** Destinations, syncs, their runs and each member's fate. */
export function syncReader(scope: Scope): SyncReader {
  return {
    destinations: (page) => destinations(scope, page),
    destinationsByIds: async (ids) => {
      const known = uuidsOf(ids);
      if (known.length === 0) return [];
      const rows = await reading(scope, (tx) =>
        tx
          .selectFrom('destination')
          .select(DESTINATION_COLUMNS)
          .where('workspace_id', '=', scope.workspaceId)
          .where('id', 'in', [...known])
          .execute(),
      );
      return rows.map(toDestination);
    },
    list: (filter, page) => list(scope, filter, page),
    byIds: async (ids) => {
      const known = uuidsOf(ids);
      if (known.length === 0) return [];
      const rows = await reading(scope, (tx) =>
        tx
          .selectFrom('sync')
          .select(SYNC_COLUMNS)
          .where('workspace_id', '=', scope.workspaceId)
          .where('id', 'in', [...known])
          .execute(),
      );
      return rows.map(toSync);
    },
    states: async (syncId) => {
      const rows = await reading(scope, (tx) =>
        tx
          .selectFrom('sync_member')
          .select(['state', (eb) => eb.fn.countAll<string>().as('count')])
          .where('workspace_id', '=', scope.workspaceId)
          .where('sync_id', '=', syncId)
          .groupBy('state')
          .orderBy('state')
          .execute(),
      );
      return rows.map((row) => ({ state: row.state, count: Number(row.count) }));
    },
    runs: (syncId, page) => runs(scope, syncId, page),
    run: async (runId) => {
      if (uuidsOf([runId]).length === 0) return null;
      const { rows } = await reading(scope, (tx) =>
        sql<SyncRunRow>`select ${runColumns} from sync_run
          where workspace_id = ${scope.workspaceId} and id = ${runId}`.execute(tx),
      );
      return rows[0] ? toRun(rows[0]) : null;
    },
    records: (runId, filter, page) => records(scope, { runId, filter }, page),
  };
}
