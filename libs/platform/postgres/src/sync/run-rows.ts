import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import {
  runIdSchema,
  syncIdSchema,
  runParams,
  workspaceIdSchema,
  type Json,
  type OpenRunOptions,
  type RunId,
  type SyncId,
  type SyncRunProgress,
} from '@kohort/kernel-contracts';
import { appendOutbox } from '../outbox';
import type { LedgerScope } from './member-rows';

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** Runs of a sync that will still do something: queued, or being executed and not yet at their end. */
async function openRuns(
  { tx, workspaceId }: LedgerScope,
  syncId: SyncId,
): Promise<readonly { id: RunId; status: string }[]> {
  const { rows } = await sql<{ id: string; status: string }>`
    select r.id, r.status from run r
    left join sync_run s on s.workspace_id = r.workspace_id and s.id = r.id
    where r.workspace_id = ${workspaceId} and r.job = 'sync.run' and r.status in ('queued', 'running')
      and r.params ->> 'syncId' = ${syncId} and s.finished_at is null
    order by r.created_at, r.id`.execute(tx);
  return rows.map((row) => ({ id: runIdSchema.parse(row.id), status: row.status }));
}

/** Another run of the sync that is being executed. */
export async function otherRunning(scope: LedgerScope, syncId: SyncId, except: RunId): Promise<RunId | null> {
  const open = await openRuns(scope, syncId);
  return open.find((run) => run.status === 'running' && run.id !== except)?.id ?? null;
}

/** A start in the future is a task that is due then; a start at once goes through the outbox like everything else. */
async function wake({ tx, workspaceId }: LedgerScope, runId: RunId, dueAt: number | undefined): Promise<void> {
  const payload = { workspaceId: workspaceIdSchema.parse(workspaceId), runId };
  if (dueAt === undefined) return appendOutbox(tx, 'SyncRequested', payload);
  await tx
    .insertInto('task')
    .values({
      workspace_id: workspaceId,
      id: randomUUID(),
      job: 'sync.run',
      entity: runId,
      payload: JSON.stringify(payload),
      due_at: iso(dueAt),
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'job', 'entity']).doNothing())
    .execute();
}

/** A run that was cancelled before it began, or set aside, has nobody left to write its end: this does. */
async function closeAbandoned({ tx, workspaceId }: LedgerScope, syncId: SyncId): Promise<void> {
  await sql`
    update sync_run s set status = case when r.status = 'cancelled' then 'cancelled' else 'failed' end,
      finished_at = coalesce(r.finished_at, now())
    from run r
    where s.workspace_id = ${workspaceId} and s.sync_id = ${syncId} and s.finished_at is null
      and r.workspace_id = s.workspace_id and r.id = s.id and r.status in ('succeeded', 'failed', 'cancelled')`.execute(
    tx,
  );
}

/** Returns the open run of a sync, its start pulled forward, or makes one. The caller holds the sync's row. */
export async function openRun(
  scope: LedgerScope,
  syncId: SyncId,
  asked: { readonly options: OpenRunOptions; readonly now: number },
): Promise<{ runId: RunId; created: boolean }> {
  const { tx, workspaceId } = scope;
  const { options, now } = asked;
  await closeAbandoned(scope, syncId);
  const open = (await openRuns(scope, syncId))[0];
  const dueAt = options.dueAt !== undefined && options.dueAt > now ? options.dueAt : undefined;
  if (open && options.released !== true) {
    if (open.status === 'queued')
      await sql`
        update task set due_at = least(due_at, ${iso(dueAt ?? now)}::timestamptz)
        where workspace_id = ${workspaceId} and job = 'sync.run' and entity = ${open.id} and status = 'waiting'`.execute(
        tx,
      );
    return { runId: open.id, created: false };
  }
  const runId = runIdSchema.parse(randomUUID());
  const params = runParams['sync.run'].parse({
    syncId,
    ...(options.released === true ? { released: true } : {}),
    ...(options.full === true ? { full: true } : {}),
    ...(options.retryNumber ? { retryNumber: options.retryNumber } : {}),
  });
  await tx
    .insertInto('run')
    .values({
      workspace_id: workspaceId,
      id: runId,
      job: 'sync.run',
      params: JSON.stringify(params),
      idempotency_key: null,
    })
    .execute();
  await tx
    .insertInto('sync_run')
    .values({ workspace_id: workspaceId, id: runId, sync_id: syncId, held_reason: null })
    .execute();
  await wake(scope, runId, dueAt);
  return { runId, created: true };
}

/** Writes where a run stands; makes its row when the run was asked for by the API. */
export async function writeRun(
  { tx, workspaceId }: LedgerScope,
  run: { readonly runId: RunId; readonly syncId: SyncId },
  progress: SyncRunProgress,
): Promise<void> {
  const values = {
    status: progress.status,
    held_reason: progress.heldReason,
    funnel: JSON.stringify(progress.funnel),
    finished_at: progress.finishedAt === null ? null : iso(progress.finishedAt),
  };
  await tx
    .insertInto('sync_run')
    .values({ workspace_id: workspaceId, id: run.runId, sync_id: run.syncId, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .execute();
}

/** What the run wrote down when it last committed. */
export async function readCheckpoint({ tx, workspaceId }: LedgerScope, runId: RunId): Promise<Json> {
  const row = await tx
    .selectFrom('run')
    .select('checkpoint')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .executeTakeFirst();
  return z.json().parse(row?.checkpoint ?? null);
}

/** Ends held runs of a sync: a newer decision has taken their place. */
export async function cancelHeld(
  { tx, workspaceId }: LedgerScope,
  syncId: SyncId,
  how: { readonly except: RunId | null; readonly now: number },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update sync_run set status = 'cancelled', finished_at = ${iso(how.now)}::timestamptz
    where workspace_id = ${workspaceId} and sync_id = ${syncId} and status = 'held'
      and (${how.except}::uuid is null or id <> ${how.except}::uuid)`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

/** The sync of a run that waits for a person. */
export async function heldRun({ tx, workspaceId }: LedgerScope, runId: RunId): Promise<{ syncId: SyncId } | null> {
  const row = await tx
    .selectFrom('sync_run')
    .select('sync_id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .where('status', '=', 'held')
    .executeTakeFirst();
  return row ? { syncId: syncIdSchema.parse(row.sync_id) } : null;
}
