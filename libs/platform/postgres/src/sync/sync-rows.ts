import { sql } from 'kysely';
import { z } from 'zod';
import {
  destinationIdSchema,
  segmentIdSchema,
  syncIdSchema,
  workspaceIdSchema,
  type DestinationRecord,
  type SyncRecord,
} from '@kohort/kernel-contracts';
import type { LedgerScope } from './member-rows';

interface SyncRow {
  id: string;
  mapping: unknown;
  mode: string;
  paused: boolean;
  segment_id: string;
  segment_key: string;
  segment_name: string;
  destination_id: string;
  destination_key: string;
  plugin: string;
  settings: unknown;
  secrets: Buffer | null;
  destination_paused: boolean;
  segment_purpose: string | null;
  destination_purpose: string | null;
}

const settingsSchema = z.record(z.string(), z.json());
const mappingSchema = z.record(z.string(), z.string());

const columns = sql.raw(`
  s.id, s.mapping, s.mode, s.paused, g.id as segment_id, g.key as segment_key, g.name as segment_name,
  d.id as destination_id, d.key as destination_key, d.plugin, d.settings, d.secrets, d.paused as destination_paused, g.purpose as segment_purpose, d.purpose as destination_purpose`);

const from = sql.raw(`
  from sync s
  join segment g on g.workspace_id = s.workspace_id and g.id = s.segment_id
  join destination d on d.workspace_id = s.workspace_id and d.id = s.destination_id`);

function toSyncRecord(workspaceId: string, row: SyncRow): SyncRecord {
  return {
    workspaceId: workspaceIdSchema.parse(workspaceId),
    id: syncIdSchema.parse(row.id),
    destination: {
      workspaceId: workspaceIdSchema.parse(workspaceId),
      id: destinationIdSchema.parse(row.destination_id),
      key: row.destination_key,
      plugin: row.plugin,
      settings: settingsSchema.parse(row.settings),
      secrets: row.secrets,
      paused: row.destination_paused,
    },
    segment: { id: segmentIdSchema.parse(row.segment_id), key: row.segment_key, name: row.segment_name },
    mapping: mappingSchema.parse(row.mapping),
    mode: row.mode === 'manual' ? 'manual' : 'live',
    paused: row.paused,
    purposes: [...new Set([row.segment_purpose, row.destination_purpose].filter((purpose) => purpose !== null))],
  };
}

/** Which syncs: of one id, of some segments, of one destination, or all. */
export type SyncFilter =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'segments'; readonly ids: readonly string[] }
  | { readonly by: 'destination'; readonly id: string }
  | { readonly by: 'workspace' };

function narrowed(filter: SyncFilter) {
  if (filter.by === 'workspace') return sql``;
  const ids = filter.by === 'segments' ? [...filter.ids] : [filter.id];
  const column = sql.ref({ id: 's.id', segments: 's.segment_id', destination: 's.destination_id' }[filter.by]);
  return sql`and ${column} = any(${ids}::uuid[])`;
}

/** Reads syncs and holds their rows until the transaction ends, in the order of their ids. */
export async function lockSyncs({ tx, workspaceId }: LedgerScope, filter: SyncFilter): Promise<readonly SyncRecord[]> {
  const { rows } = await sql<SyncRow>`
    select ${columns} ${from} where s.workspace_id = ${workspaceId} ${narrowed(filter)}
    order by s.id for update of s`.execute(tx);
  return rows.map((row) => toSyncRecord(workspaceId, row));
}

/** One destination; null when there is none. */
export async function readDestination(
  { tx, workspaceId }: LedgerScope,
  destinationId: string,
): Promise<DestinationRecord | null> {
  const row = await tx
    .selectFrom('destination')
    .select(['id', 'key', 'plugin', 'settings', 'secrets', 'paused'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', destinationId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    workspaceId: workspaceIdSchema.parse(workspaceId),
    id: destinationIdSchema.parse(row.id),
    key: row.key,
    plugin: row.plugin,
    settings: settingsSchema.parse(row.settings),
    secrets: row.secrets,
    paused: row.paused,
  };
}
