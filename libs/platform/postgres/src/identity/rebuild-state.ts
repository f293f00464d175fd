import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Fence, Json, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { runErrors } from '../runs/start-run';
import { lockGraph, switching } from './active-rules';

const xid = z.string().regex(/^\d{1,20}$/);
const count = z.number().int().min(0);

const checkpointSchema = z.object({
  /** Everything that was written before this transaction had ended when reading began. */
  began: xid,
  /** What was stored or resolved since this one has to be read again. */
  since: xid,
  /** How far the history has been read; null with `isRead`: to its end. */
  after: z.string().nullable(),
  isRead: z.boolean(),
  /** How many slices are kept, and how many events they tell of. */
  slices: count,
  events: count,
  /** Since the first switch: it is no longer cancelled. See `cancelRun`. */
  final: z.boolean(),
  profilesBefore: count,
  moved: count,
  isDone: z.boolean(),
});

/** Where a rebuild stands, as its run keeps it. */
export type RebuildCheckpoint = z.infer<typeof checkpointSchema>;

/** The first transaction that may not have ended yet. */
export async function openTransaction(tx: WorkspaceTransaction): Promise<string> {
  const found = await sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`.execute(tx);
  return xid.parse(found.rows[0]?.xid);
}

/** A rebuild before its first slice. */
export const beginning = (began: string): RebuildCheckpoint => ({
  began,
  since: began,
  after: null,
  isRead: false,
  slices: 0,
  events: 0,
  final: false,
  profilesBefore: 0,
  moved: 0,
  isDone: false,
});

/** The checkpoint of a run; null when it has none that this release can read. */
export function checkpointOf(kept: Json): RebuildCheckpoint | null {
  const read = checkpointSchema.safeParse(kept);
  return read.success ? read.data : null;
}

/** A slice as it is kept; packed before the transaction that writes it. */
export const packSlice = (body: Json): Buffer => gzipSync(JSON.stringify(body), { level: 1 });

/** Keeps a slice. It holds identifiers: gone with the rebuild. */
export async function keepSlice(
  tx: WorkspaceTransaction,
  { workspaceId, runId }: Fence,
  { slice, packed }: { readonly slice: number; readonly packed: Buffer },
): Promise<void> {
  await sql`
    insert into identity_slice (workspace_id, run_id, slice, body)
    values (${workspaceId}::uuid, ${runId}::uuid, ${slice}, ${packed})`.execute(tx);
}

const jsonSchema: z.ZodType<Json> = z.json();

/** A slice that was kept. */
export async function keptSlice(tx: WorkspaceTransaction, { workspaceId, runId }: Fence, slice: number): Promise<Json> {
  const { rows } = await sql<{ body: Buffer }>`
    select body from identity_slice
    where workspace_id = ${workspaceId}::uuid and run_id = ${runId}::uuid and slice = ${slice}`.execute(tx);
  return jsonSchema.parse(JSON.parse(gunzipSync(rows[0]?.body ?? Buffer.alloc(0)).toString()));
}

const SLICES_AT_ONCE = 20;

/** Throws some kept slices away: those of the run, or of all others that will not go on. Answers whether there are more. */
export async function dropSlices(
  tx: WorkspaceTransaction,
  { workspaceId, runId }: Fence,
  whose: 'own' | 'ended',
): Promise<boolean> {
  const which =
    whose === 'own'
      ? sql`s.run_id = ${runId}::uuid`
      : sql`not exists (select 1 from run r where r.workspace_id = s.workspace_id and r.id = s.run_id
          and r.status in ('queued', 'running'))`;
  const gone = await sql`
    delete from identity_slice where (workspace_id, run_id, slice) in (
      select s.workspace_id, s.run_id, s.slice from identity_slice s
      where s.workspace_id = ${workspaceId}::uuid and ${which} limit ${SLICES_AT_ONCE})`.execute(tx);
  return Number(gone.numAffectedRows ?? 0n) === SLICES_AT_ONCE;
}

/**
 * From now on decisions about people wait for this run; those that have begun are waited for. A switch that its own run
 * has left, failed, is taken over.
 *
 * Throws  IDENTITY_SWITCHING: another run is at it; RUN_CANCELLED
 */
export async function beginSwitch(
  tx: WorkspaceTransaction,
  { workspaceId, runId }: Fence,
  version: number,
): Promise<void> {
  await lockGraph(tx, workspaceId);
  // Held to the end of the transaction, in which the run becomes one that is not cancelled: a wish comes before, or not.
  const asked = await sql<{ wish: boolean }>`
    select cancel_requested as wish from run where workspace_id = ${workspaceId}::uuid and id = ${runId}::uuid for update
    `.execute(tx);
  if (asked.rows[0]?.wish) throw runErrors.RUN_CANCELLED();
  const mine = await sql`
    insert into identity_switch as s (workspace_id, run_id, version) values (${workspaceId}::uuid, ${runId}::uuid, ${version})
    on conflict (workspace_id) do update set run_id = excluded.run_id, version = excluded.version,
      since = case when s.run_id = excluded.run_id then s.since else now() end
    where not exists (select 1 from run r where r.workspace_id = s.workspace_id and r.id = s.run_id
      and r.id <> excluded.run_id and r.status in ('queued', 'running'))
    returning 1`.execute(tx);
  if (mine.rows.length === 0) throw switching();
}

/** Decisions go on. */
export async function endSwitch(tx: WorkspaceTransaction, { workspaceId, runId }: Fence): Promise<void> {
  await sql`delete from identity_switch where workspace_id = ${workspaceId}::uuid and run_id = ${runId}::uuid`.execute(
    tx,
  );
}

/** Whether a run has begun to switch. */
export async function isSwitching(
  tx: WorkspaceTransaction,
  { workspaceId, runId }: { readonly workspaceId: WorkspaceId; readonly runId: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from identity_switch where workspace_id = ${workspaceId}::uuid and run_id = ${runId}::uuid`.execute(tx);
  return rows.length > 0;
}
