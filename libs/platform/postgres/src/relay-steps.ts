import { sql, type Kysely } from 'kysely';
import type { KohortTables } from './tables';
import { isTroubled, toDueTasks, type DueTask } from './tasks';

/** The channel on which the relay tells the readers of logs which topics have news. */
export const LOG_CHANNEL = 'kohort_log';

export interface RelayState {
  /** Outbox rows can be moved now. */
  readonly hasReadable: boolean;
  /** There are rows, but an open transaction stands before them. */
  readonly hasHidden: boolean;
  /** Until the next waiting task is due; null when there is none. 0 when one is due now. */
  readonly nextDueMs: number | null;
  /** A task that workers should have heard of at its commit still waits. */
  readonly hasUnheard: boolean;
}

/** After this a task that workers were told of, and nobody has begun, is put into its queue. */
const UNHEARD_MS = 1_000;
/** Its parameter has the statements that ask it kept planned: an idle relay would spend more on planning than on looking. */
const isUnheard = sql<boolean>`(status = 'waiting' and enqueues = 0
  and enqueued_at < now() - ${UNHEARD_MS}::int * interval '1 millisecond')`;

/** What there is to do, in one query without locks: the relay's heartbeat when all is quiet. */
export async function relayState(relay: Kysely<KohortTables>): Promise<RelayState> {
  const answer = await sql<{ readable: boolean; written: boolean; next_due_ms: number | null; unheard: boolean }>`
    with place as (select xid, seq from reader_position where reader = 'relay')
    select
      exists (select 1 from outbox, place where (outbox.xid, outbox.seq) > (place.xid, place.seq)
              and outbox.xid < pg_snapshot_xmin(pg_current_snapshot())) as readable,
      exists (select 1 from outbox, place where (outbox.xid, outbox.seq) > (place.xid, place.seq)) as written,
      (select (extract(epoch from min(due_at) - now()) * 1000)::float8
       from task where status = 'waiting' and enqueued_at is null) as next_due_ms,
      exists (select 1 from task where status in ('waiting', 'running') and due_at <= now() and ${isUnheard}) as unheard
    `.execute(relay);
  const row = answer.rows[0];
  return {
    hasReadable: row?.readable ?? false,
    hasHidden: (row?.written ?? false) && !(row?.readable ?? false),
    nextDueMs: row?.next_due_ms == null ? null : Math.max(0, row.next_due_ms),
    hasUnheard: row?.unheard ?? false,
  };
}

export interface RelayStep {
  /** Outbox rows passed. */
  readonly passed: number;
  /** Tasks that have become due, now marked as put into their queue. */
  readonly tasks: readonly DueTask[];
  /** There are rows behind the place still: an open transaction stands before them, or they were more than the limit. */
  readonly hasMore: boolean;
  /** Until the next waiting task is due; null when there is none. */
  readonly nextDueMs: number | null;
}

/**
 * Takes what is due, moves the relay's place over the outbox rows that are final, and tells the log's readers of them, in
 * one statement. Tasks do not wait for the log: they are seen as soon as they are committed, whatever transactions are
 * open; the log keeps its order. Another relay that is at it is not waited for.
 */
export async function stepRelay(relay: Kysely<KohortTables>, limit: number): Promise<RelayStep> {
  // A limit within `lateral` begins to read at the place: as a join, all messages that are kept would be read up to it.
  const answer = await sql<{
    passed: number;
    tasks: Parameters<typeof toDueTasks>[0] | null;
    more: boolean;
    next_due_ms: number | null;
  }>`
    with due as (
      update task set enqueued_at = now(), enqueues = enqueues + 1
      where (workspace_id, id) in (
        select workspace_id, id from task
        where due_at <= now() and status = 'waiting' and enqueued_at is null
        order by due_at limit ${sql.lit(limit)} for update skip locked)
      returning workspace_id, id, job, enqueues, ${isTroubled} as troubled
    ), place as (
      select p.xid, p.seq from reader_position p where p.reader = 'relay' and exists (
        select 1 from outbox o where (o.xid, o.seq) > (p.xid, p.seq) and o.xid < pg_snapshot_xmin(pg_current_snapshot()))
      for update skip locked
    ), batch as materialized (
      select behind.topic, behind.xid, behind.seq from place cross join lateral (
        select o.topic, o.xid, o.seq from outbox o
        where (o.xid, o.seq) > (place.xid, place.seq) and o.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by o.xid, o.seq limit ${limit}) as behind
    ), moved as (
      update reader_position set moved_at = now(),
        (xid, seq) = (select xid, seq from batch order by xid desc, seq desc limit 1)
      where reader = 'relay' and exists (select 1 from batch)
      returning pg_notify(${LOG_CHANNEL}, (select string_agg(distinct topic, ',') from batch)) is null as told
    )
    select (select count(*)::int from batch) as passed, (select json_agg(due) from due) as tasks,
      (select bool_and(told) from moved) as told,
      (select count(*) from (
         select 1 from reader_position p cross join lateral (
           select 1 from outbox o where (o.xid, o.seq) > (p.xid, p.seq) limit ${limit + 1}) as one
         where p.reader = 'relay') as behind)
        > (select count(*) from batch) as more,
      (select (extract(epoch from min(due_at) - now()) * 1000)::float8
       from task where status = 'waiting' and enqueued_at is null and due_at > now()) as next_due_ms`.execute(relay);
  const row = answer.rows[0];
  return {
    passed: row?.passed ?? 0,
    tasks: toDueTasks(row?.tasks ?? []),
    hasMore: row?.more ?? false,
    nextDueMs: row?.next_due_ms == null ? null : Math.max(0, row.next_due_ms),
  };
}

/**
 * Tasks of which their queue may have lost sight: never put there, put there long ago and not begun (longer each time),
 * told of at their commit and not heard, or begun by a worker whose lease has lapsed.
 */
export async function sweepTasks(relay: Kysely<KohortTables>, limit: number): Promise<DueTask[]> {
  const answer = await sql<Parameters<typeof toDueTasks>[0][number]>`
    update task set enqueued_at = now(), enqueues = enqueues + 1
    where (workspace_id, id) in (
      select workspace_id, id from task
      where due_at <= now() and status in ('waiting', 'running')
        and ((status = 'waiting' and enqueued_at is null)
          or ${isUnheard}
          or (status = 'waiting'
              and enqueued_at < now() - least(5 * power(2, least(enqueues, 6)), 300) * interval '1 second')
          or (status = 'running' and (enqueued_at is null or enqueued_at < now() - interval '5 seconds')))
      order by due_at limit ${sql.lit(limit)} for update skip locked)
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
