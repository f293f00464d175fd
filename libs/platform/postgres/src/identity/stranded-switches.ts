import { sql } from 'kysely';
import type { RunId, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { appendOutbox } from '../outbox';

/**
 * Of a switch `s`: its run has ended, and not by ending the switch, or its task was set aside, whatever the run says.
 * Nobody is at it, and everybody waits for it.
 */
export const isStranded = sql`not exists (
  select 1 from run r where r.workspace_id = s.workspace_id and r.id = s.run_id and r.status in ('queued', 'running')
    and not exists (select 1 from task t where t.workspace_id = r.workspace_id and t.job = 'identity.rebuild'
      and t.entity = r.id::text and t.status = 'quarantined'))`;

/** A switch is taken up again after at least so long. */
const AFTER_MS = 30_000;

interface Stranded {
  readonly workspace_id: WorkspaceId;
  readonly run_id: RunId;
}

/** The run goes on from its checkpoint, whose slices were kept: what has switched changes no more. */
async function goOn(
  tx: WorkspaceTransaction,
  { workspace_id: workspaceId, run_id: runId }: Stranded,
): Promise<boolean> {
  // A message makes no second task for a run: the one that was set aside is opened again, its failures forgotten.
  const opened = await sql`
    update task set status = 'waiting', starts = 0, failures = 0, lone_starts = 0, due_at = clock_timestamp(),
      enqueued_at = null, finished_at = null, last_error = null
    where workspace_id = ${workspaceId}::uuid and job = 'identity.rebuild' and entity = ${runId}
      and status in ('quarantined', 'done')`.execute(tx);
  const isOpened = Number(opened.numAffectedRows ?? 0n) > 0;
  const again = await sql`
    update run r set status = 'queued', finished_at = null, starts = 0, cancel_requested = false
    from identity_switch s
    where r.workspace_id = ${workspaceId}::uuid and r.id = ${runId}::uuid 
      and (r.status in ('failed', 'cancelled') or (r.status in ('queued', 'running') and ${isOpened}::boolean))
      and s.workspace_id = r.workspace_id and s.run_id = r.id`.execute(tx);
  if (Number(again.numAffectedRows ?? 0n) === 0) return false;
  await appendOutbox(tx, 'IdentityRebuildRequested', { workspaceId, runId });
  return true;
}

/**
 * Takes up the rebuilds again that have failed in their switch, for what they have begun is to be ended: people of two
 * versions of the rules would stand beside each other. Answers the workspaces.
 *
 * Promise  a run that fails again is taken up again, each time after a quarter of the time that its switch has stood, and
 *          half a minute at least; two processes at once take it up once
 * Cost     one small statement over all workspaces when there is none
 */
export async function resumeSwitches(database: Database, afterMs = AFTER_MS): Promise<readonly WorkspaceId[]> {
  const { rows } = await sql<Stranded>`
    select s.workspace_id, s.run_id from identity_switch s
    join run r on r.workspace_id = s.workspace_id and r.id = s.run_id
    where ${isStranded} and now() - r.heartbeat_at
      >= greatest(${afterMs}::float8 * interval '1 millisecond', (now() - s.since) / 4)`.execute(database.relay);
  const resumed: WorkspaceId[] = [];
  for (const one of rows) {
    if (await database.inWorkspace(one.workspace_id, (tx) => goOn(tx, one))) resumed.push(one.workspace_id);
  }
  return resumed;
}
