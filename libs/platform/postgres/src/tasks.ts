import { sql, type Kysely } from 'kysely';
import { runIdSchema, workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import type { Database } from './database';
import { endFirstFills } from './segments/end-first-fills';
import type { KohortTables } from './tables';

/** One piece of owed work: where its row stands. */
export interface TaskRef {
  readonly workspaceId: WorkspaceId;
  readonly taskId: string;
}

/** A task to be put into its queue; `epoch` counts how often that was done, so that no earlier try can shadow it. */
export interface DueTask extends TaskRef {
  readonly job: string;
  readonly epoch: number;
  /** It has ended a worker or failed by its own fault: it is not taken together with others. */
  readonly isTroubled: boolean;
}

/** A task that this worker now holds. `starts` is its fence: a later claim has a higher one. */
export interface ClaimedTask extends TaskRef {
  readonly job: string;
  readonly entity: string;
  readonly payload: unknown;
  readonly starts: number;
  /** How often in a row it was begun alone and ended with no word. */
  readonly loneStarts: number;
  readonly failures: number;
}

/** A claimed task lapses back after this long without a sign of life from its worker. */
export const LEASE_MS = 15_000;

const lease = sql`now() + ${LEASE_MS} * interval '1 millisecond'`;

interface DueRow {
  readonly workspace_id: string;
  readonly id: string;
  readonly job: string;
  readonly enqueues: number;
  readonly troubled: boolean;
}

/** Begun and never heard of again, or failed by more than an outage: whatever it met, it must not befall others. */
export const isTroubled = sql<boolean>`(
  status = 'running' or starts > failures
  or (failures > 0 and coalesce(last_error ->> 'kind', '') not in ('transient', 'rate-limited', 'cancelled')))`;

/** Reads rows of `task` as due tasks. */
export function toDueTasks(rows: readonly DueRow[]): DueTask[] {
  return rows.map((row) => ({
    workspaceId: workspaceIdSchema.parse(row.workspace_id),
    taskId: row.id,
    job: row.job,
    epoch: row.enqueues,
    isTroubled: row.troubled,
  }));
}

/**
 * Takes a task: waiting and due, or running with a lapsed lease. The start is counted before anything runs. Undefined
 * when there is nothing to do: done, quarantined, not due, or in another worker's hands.
 */
export async function claimTask(relay: Kysely<KohortTables>, ref: TaskRef): Promise<ClaimedTask | undefined> {
  const row = await relay
    .updateTable('task')
    .set({ status: 'running', starts: sql`starts + 1`, due_at: sql`${lease}` })
    .where('workspace_id', '=', ref.workspaceId)
    .where('id', '=', ref.taskId)
    .where('status', 'in', ['waiting', 'running'])
    .where('due_at', '<=', sql<Date>`now()`)
    .returning(['job', 'entity', 'payload', 'starts', 'lone_starts as loneStarts', 'failures'])
    .executeTakeFirst();
  return row && { ...ref, ...row };
}

/**
 * Takes waiting tasks of one job and workspace that nothing speaks against, longest due first; those in another worker's
 * hands are passed over. Their starts are counted.
 */
export async function claimTogether(
  relay: Kysely<KohortTables>,
  of: { readonly workspaceId: WorkspaceId; readonly job: string; readonly most: number },
): Promise<ClaimedTask[]> {
  const { workspaceId, job, most } = of;
  const taken = await sql<Omit<ClaimedTask, 'workspaceId'>>`
    update task set status = 'running', starts = starts + 1, due_at = ${lease}
    where (workspace_id, id) in (
      select workspace_id, id from task
      where workspace_id = ${workspaceId}::uuid and job = ${job} and status = 'waiting' and due_at <= now()
        and not ${isTroubled}
      order by due_at limit ${sql.lit(most)} for update skip locked)
    returning id as "taskId", job, entity, payload, starts, lone_starts as "loneStarts", failures`.execute(relay);
  return taken.rows.map((row) => ({ workspaceId, ...row }));
}

/** Asks the relay to offer what still waits of a job: its worker stops in between, so that others have their turn. */
export async function offerAgain(
  relay: Kysely<KohortTables>,
  of: { readonly workspaceId: WorkspaceId; readonly job: string },
): Promise<void> {
  await relay
    .updateTable('task')
    .set({ enqueued_at: null })
    .where('workspace_id', '=', of.workspaceId)
    .where('job', '=', of.job)
    // Said in the text: a plan for any values knows of no value that it is one of the few of the index.
    .where('status', '=', sql.lit('waiting'))
    .execute();
}

/** Still at it: prolongs the leases; answers the tasks that are ours no more. */
export async function renewLeases(relay: Kysely<KohortTables>, held: readonly ClaimedTask[]): Promise<ClaimedTask[]> {
  const kept = await sql<{ id: string }>`
    update task set due_at = ${lease}
    from unnest(${held.map((task) => task.workspaceId)}::uuid[], ${held.map((task) => task.taskId)}::uuid[],
                ${held.map((task) => task.starts)}::int[]) as mine (workspace_id, id, starts)
    where task.workspace_id = mine.workspace_id and task.id = mine.id and task.starts = mine.starts
      and task.status = 'running'
    returning task.id`.execute(relay);
  const ours = new Set(kept.rows.map((row) => row.id));
  return held.filter((task) => !ours.has(task.taskId));
}

/** The rows of tasks as they were claimed: those that another worker has claimed since are passed over. */
function ofClaims(relay: Kysely<KohortTables>, tasks: readonly ClaimedTask[]) {
  const mine = sql<boolean>`exists (
    select 1 from unnest(${tasks.map((task) => task.workspaceId)}::uuid[], ${tasks.map((task) => task.taskId)}::uuid[],
                         ${tasks.map((task) => task.starts)}::int[]) as mine (workspace_id, id, starts)
    where task.workspace_id = mine.workspace_id and task.id = mine.id and task.starts = mine.starts)`;
  return (
    relay
      .updateTable('task')
      // As arrays: the statement is the same however many there are.
      .where(sql<boolean>`id = any(${tasks.map((task) => task.taskId)}::uuid[])`)
      .where(sql<boolean>`workspace_id = any(${[...new Set(tasks.map((task) => task.workspaceId))]}::uuid[])`)
      .where('status', '=', 'running')
      .where(mine)
  );
}

const ofClaim = (relay: Kysely<KohortTables>, task: ClaimedTask) => ofClaims(relay, [task]);

/** Counts that it is begun alone, before anything runs. */
export async function countLoneStart(relay: Kysely<KohortTables>, task: ClaimedTask): Promise<void> {
  await ofClaim(relay, task)
    .set({ lone_starts: sql`lone_starts + 1` })
    .execute();
}

/** Done, for good: no message of any kind makes these (job, entity) run again. */
export async function finishTasks(relay: Kysely<KohortTables>, tasks: readonly ClaimedTask[]): Promise<void> {
  await ofClaims(relay, tasks)
    .set({ status: 'done', finished_at: sql`now()`, last_error: null })
    .execute();
}

/** What is kept of a failure: no message text, which may quote a person's data. */
export interface TaskError {
  readonly code: string;
  readonly kind: string;
}

/** Failed, to be tried again after a wait by the database's clock. */
export async function retryTasks(
  relay: Kysely<KohortTables>,
  tasks: readonly ClaimedTask[],
  next: { readonly waitMs: number; readonly error: TaskError },
): Promise<void> {
  await ofClaims(relay, tasks)
    .set({
      status: 'waiting',
      failures: sql`failures + 1`,
      // Their worker lived to say so.
      lone_starts: 0,
      due_at: sql`now() + ${next.waitMs} * interval '1 millisecond'`,
      enqueued_at: null,
      last_error: JSON.stringify(next.error),
    })
    .execute();
}

/** Given back unfinished, at a shutdown or a cancel: as if they had not been started. */
export async function releaseTasks(
  relay: Kysely<KohortTables>,
  tasks: readonly ClaimedTask[],
  waitMs = 0,
): Promise<void> {
  await ofClaims(relay, tasks)
    .set({
      status: 'waiting',
      starts: sql`starts - 1`,
      lone_starts: 0,
      due_at: sql`now() + ${waitMs} * interval '1 millisecond'`,
      enqueued_at: null,
    })
    .execute();
}

/**
 * Gives back all that is running, its starts counted. Only for a process that knows itself alone on this database, before
 * it takes work: whoever held these leases is dead, and nobody has to wait until they lapse. Answers how many there were.
 */
export async function lapseLeases(relay: Kysely<KohortTables>): Promise<number> {
  const lapsed = await relay
    .updateTable('task')
    .where('status', '=', sql.lit('running'))
    .set({ status: 'waiting', due_at: sql`now()`, enqueued_at: null })
    .executeTakeFirst();
  return Number(lapsed.numUpdatedRows);
}

/**
 * Set aside: a person must look. When the task was a run, the run ends as failed in the same transaction.
 */
export async function quarantineTask(
  database: Database,
  task: ClaimedTask,
  why: { readonly error: TaskError; readonly message: string; readonly isRun: boolean },
): Promise<void> {
  await database.inWorkspace(task.workspaceId, async (tx) => {
    const held = await tx
      .updateTable('task')
      .set({ status: 'quarantined', finished_at: sql`now()`, last_error: JSON.stringify(why.error) })
      .where('workspace_id', '=', task.workspaceId)
      .where('id', '=', task.taskId)
      .where('starts', '=', task.starts)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (!why.isRun || held.numUpdatedRows === 0n) return;
    await tx
      .updateTable('run')
      .set({
        status: 'failed',
        finished_at: sql`now()`,
        error: JSON.stringify({ ...why.error, message: why.message }),
      })
      .where('workspace_id', '=', task.workspaceId)
      .where('id', '=', task.entity)
      .where('status', 'in', ['queued', 'running'])
      .execute();
    await endFirstFills(tx, task.workspaceId, [runIdSchema.parse(task.entity)]);
  });
}
