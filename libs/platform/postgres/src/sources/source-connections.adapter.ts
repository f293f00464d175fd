import { sql } from 'kysely';
import { z } from 'zod';
import {
  runParams,
  sourceConnectionIdSchema,
  sourceIdSchema,
  workspaceIdSchema,
  type Json,
  type JsonObject,
  type SourceConnectionId,
  type SourceConnectionRecord,
  type SourceConnections,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { createRun } from '../runs/create-run';
import { sourceErrors } from './source-errors';
import { recordsOf, unseenRecords } from './source-records';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const json: z.ZodType<Json> = z.json();
const mappingSchema = z.union([z.string(), jsonObject]);

const COLUMNS = [
  'id',
  'key',
  'plugin',
  'settings',
  'secrets',
  'source_id',
  'mapping',
  'create_profiles',
  'position',
] as const;

interface Place {
  readonly workspaceId: WorkspaceId;
  readonly id: SourceConnectionId;
}

async function read(tx: WorkspaceTransaction, { workspaceId, id }: Place): Promise<SourceConnectionRecord> {
  const row = await tx
    .selectFrom('source_connection')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw sourceErrors.SOURCE_CONNECTION_MISSING();
  return {
    workspaceId,
    id: sourceConnectionIdSchema.parse(row.id),
    key: row.key,
    plugin: row.plugin,
    settings: jsonObject.parse(row.settings),
    secrets: row.secrets,
    sourceId: sourceIdSchema.parse(row.source_id),
    mapping: mappingSchema.parse(row.mapping),
    createProfiles: row.create_profiles,
    position: json.parse(row.position),
  };
}

/** Takes the connection for a run, unless another run that has not ended holds it. */
async function take(
  tx: WorkspaceTransaction,
  place: Place & { readonly runId: string; readonly anew: boolean },
): Promise<void> {
  const position = place.anew ? sql`null` : sql`c.position`;
  const taken = await sql`
    update source_connection c set run_id = ${place.runId}::uuid, position = ${position}
    where c.workspace_id = ${place.workspaceId}::uuid and c.id = ${place.id}::uuid
      and (c.run_id is null or c.run_id = ${place.runId}::uuid or not exists (
        select 1 from run r where r.workspace_id = c.workspace_id and r.id = c.run_id
          and r.status in ('queued', 'running')))`.execute(tx);
  if (taken.numAffectedRows === 0n) {
    await read(tx, place);
    throw sourceErrors.SOURCE_BUSY();
  }
}

/**
 * Asks for one pull that is due, in one transaction with the next instant: two processes that see the same slot write one
 * run. While an earlier pull has not ended the slot is passed over.
 */
async function startSlot(tx: WorkspaceTransaction, place: Place): Promise<boolean> {
  const { rows } = await sql<{ slot: string; open: boolean }>`
    with due as (
      select c.workspace_id, c.id, c.next_at from source_connection c
      where c.workspace_id = ${place.workspaceId}::uuid and c.id = ${place.id}::uuid
        and c.next_at <= now() and c.every_minutes is not null
      for update skip locked)
    update source_connection c
    -- The next slot after now: slots that were missed while nobody ran are made up for by one pull.
    set next_at = due.next_at + make_interval(mins => c.every_minutes)
      * (floor(extract(epoch from now() - due.next_at) / (60 * c.every_minutes)) + 1)
    from due where c.workspace_id = due.workspace_id and c.id = due.id
    returning due.next_at::text as slot, exists (
      select 1 from run r where r.workspace_id = c.workspace_id and r.id = c.run_id
        and r.status in ('queued', 'running')) as open`.execute(tx);
  const [due] = rows;
  if (!due || due.open) return false;
  const params = runParams['ingest.pull'].parse({ connectionId: place.id });
  const { workspaceId } = place;
  const idempotencyKey = `pull:${place.id}:${due.slot}`;
  const run = await createRun(tx, { workspaceId, job: 'ingest.pull', params: json.parse(params), idempotencyKey });
  if (run.fresh) await take(tx, { ...place, runId: run.runId, anew: false });
  return run.fresh;
}

/** Source connections in PostgreSQL. See the port for what a caller may rely on. */
export function sourceConnections(database: Database): SourceConnections {
  return {
    find: (workspaceId, id) => database.inWorkspace(workspaceId, (tx) => read(tx, { workspaceId, id })),
    claim: (place) =>
      database.inWorkspace(place.workspaceId, async (tx) => {
        await take(tx, place);
        return read(tx, place);
      }),
    recordsOf: (workspaceId, id, keys) =>
      database.inWorkspace(workspaceId, (tx) => recordsOf(tx, { workspaceId, id }, keys)),
    unseen: (place) => database.inWorkspace(place.workspaceId, (tx) => unseenRecords(tx, place)),
    release: ({ workspaceId, id, runId }) =>
      database.inWorkspace(workspaceId, async (tx) => {
        await tx
          .updateTable('source_connection')
          .set({ run_id: null, pulled_at: sql`now()` })
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', id)
          .where('run_id', '=', runId)
          .execute();
      }),
    async startDue(limit) {
      const { rows } = await sql<{ workspace_id: string; id: string }>`
        select workspace_id, id from source_connection where next_at <= now()
        order by next_at limit ${limit}`.execute(database.relay);
      let started = 0;
      for (const row of rows) {
        const place = {
          workspaceId: workspaceIdSchema.parse(row.workspace_id),
          id: sourceConnectionIdSchema.parse(row.id),
        };
        if (await database.inWorkspace(place.workspaceId, (tx) => startSlot(tx, place))) started += 1;
      }
      return started;
    },
  };
}
