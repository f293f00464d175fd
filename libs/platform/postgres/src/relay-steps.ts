import { sql, type Kysely } from 'kysely';
import type { KohortTables } from './tables';
import { isTroubled, toDueTasks, type DueTask } from './tasks';

/** The channel on which the relay tells the readers of logs which topics have news. */
export const LOG_CHANNEL = 'kohort_log';

/** One job that listens to a topic, and the payload's field that names its entity. */
export interface TopicListener {
  readonly topic: string;
  readonly job: string;
  readonly field: string;
  /** Its tasks fall due so much later, so that others join them. */
  readonly gatherMs: number;
}

export interface RelayState {
  /** Outbox rows can be moved now. */
  readonly hasReadable: boolean;
  /** There are rows, but an open transaction stands before them. */
  readonly hasHidden: boolean;
  /** Until the next waiting task is due; null when there is none. 0 when one is due now. */
  readonly nextDueMs: number | null;
}

/** What there is to do, in one query without locks: the relay's heartbeat when all is quiet. */
export async function relayState(relay: Kysely<KohortTables>): Promise<RelayState> {
  const answer = await sql<{ readable: boolean; written: boolean; next_due_ms: number | null }>`
    with place as (select xid, seq from reader_position where reader = 'relay')
    select
      exists (select 1 from outbox, place where (outbox.xid, outbox.seq) > (place.xid, place.seq)
              and outbox.xid < pg_snapshot_xmin(pg_current_snapshot())) as readable,
      exists (select 1 from outbox, place where (outbox.xid, outbox.seq) > (place.xid, place.seq)) as written,
      (select (extract(epoch from min(due_at) - now()) * 1000)::float8
       from task where status = 'waiting' and enqueued_at is null) as next_due_ms`.execute(relay);
  const row = answer.rows[0];
  return {
    hasReadable: row?.readable ?? false,
    hasHidden: (row?.written ?? false) && !(row?.readable ?? false),
    nextDueMs: row?.next_due_ms == null ? null : Math.max(0, row.next_due_ms),
  };
}

export interface MovedBatch {
  /** Outbox rows passed. */
  readonly count: number;
  /** Tasks that did not exist before and are due. */
  readonly tasks: readonly DueTask[];
}

/**
 * Turns the next outbox rows into tasks, one a (job, entity), moves the relay's place and tells the log's readers, all in
 * one statement: a crash leaves either everything or nothing. Another relay that is at it is not waited for.
 */
export async function moveOutbox(
  relay: Kysely<KohortTables>,
  listeners: readonly TopicListener[],
  limit: number,
): Promise<MovedBatch> {
  const answer = await sql<{ count: number; tasks: Parameters<typeof toDueTasks>[0] | null }>`
    with place as (
      select xid, seq from reader_position where reader = 'relay' for update skip locked
    ), batch as materialized (
      select outbox.workspace_id, outbox.topic, outbox.payload, outbox.xid, outbox.seq from outbox, place
      where (outbox.xid, outbox.seq) > (place.xid, place.seq) and outbox.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by outbox.xid, outbox.seq limit ${limit}
    ), added as (
      insert into task (workspace_id, id, job, entity, payload, due_at, enqueued_at, enqueues)
      select distinct on (batch.workspace_id, listener.job, batch.payload ->> listener.field)
        batch.workspace_id, gen_random_uuid(), listener.job, batch.payload ->> listener.field, batch.payload,
        now() + listener.gather_ms * interval '1 millisecond',
        case when listener.gather_ms = 0 then now() end, case when listener.gather_ms = 0 then 1 else 0 end
      from batch
      join unnest(${listeners.map((each) => each.topic)}::text[], ${listeners.map((each) => each.job)}::text[],
                  ${listeners.map((each) => each.field)}::text[], ${listeners.map((each) => each.gatherMs)}::int[])
        as listener (topic, job, field, gather_ms)
        on listener.topic = batch.topic
      on conflict (workspace_id, job, entity) do nothing
      returning workspace_id, id, job, enqueues, false as troubled, enqueued_at
    ), moved as (
      update reader_position set moved_at = now(),
        (xid, seq) = (select xid, seq from batch order by xid desc, seq desc limit 1)
      where reader = 'relay' and exists (select 1 from batch)
      returning pg_notify(${LOG_CHANNEL}, (select string_agg(distinct topic, ',') from batch)) is null as told
    )
    select (select count(*)::int from batch) as count, (select json_agg(added) from added where enqueued_at is not null) as tasks,
      (select bool_and(told) from moved) as told`.execute(relay);
  const row = answer.rows[0];
  return { count: row?.count ?? 0, tasks: toDueTasks(row?.tasks ?? []) };
}

/**
 * Tasks that are to be put into their queue: those never put there since they became due, and with `sweep` also those of
 * which the queue may have lost sight: put there long ago and not begun (longer each time), or begun by a worker whose
 * lease has lapsed.
 */
export async function takeDueTasks(
  relay: Kysely<KohortTables>,
  options: { readonly sweep: boolean; readonly limit: number },
): Promise<DueTask[]> {
  const forgotten = sql`
    or (status = 'waiting' and enqueued_at < now() - least(5 * power(2, least(enqueues, 6)), 300) * interval '1 second')
    or (status = 'running'
        and (enqueued_at is null or enqueued_at < now() - interval '5 seconds'))`;
  const answer = await sql<Parameters<typeof toDueTasks>[0][number]>`
    update task set enqueued_at = now(), enqueues = enqueues + 1
    where (workspace_id, id) in (
      select workspace_id, id from task
      where due_at <= now() and status in ('waiting', 'running')
        and ((status = 'waiting' and enqueued_at is null) ${options.sweep ? forgotten : sql``})
      order by due_at limit ${options.limit} for update skip locked)
    returning workspace_id, id, job, enqueues, ${isTroubled} as troubled`.execute(relay);
  return toDueTasks(answer.rows);
}

/** Forgets what nobody needs any more: handed-on messages and finished tasks past the given age. */
export async function tidyRelay(relay: Kysely<KohortTables>, keepDays: number): Promise<void> {
  const old = sql`now() - ${keepDays} * interval '1 day'`;
  await sql`delete from outbox using reader_position place where place.reader = 'relay'
    and (outbox.xid, outbox.seq) <= (place.xid, place.seq) and outbox.created_at < ${old}`.execute(relay);
  await sql`delete from task where status = 'done' and finished_at < ${old}`.execute(relay);
}
